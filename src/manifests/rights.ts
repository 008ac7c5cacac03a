// What `tidemark autoscale` may do in a cluster without KEDA: Roles and their bindings, nothing cluster-wide.

import type { Policy } from "../domain/policy.ts";
import { policyKey, type TargetRef } from "../domain/target.ts";
import type { Manifest } from "./manifest.ts";

/** Who writes the replicas. */
export type ServiceAccount = { readonly namespace: string; readonly name: string };

export type TargetRightsSettings = {
  readonly account: ServiceAccount;
  /** Whether replicas and pods are read from the Kubernetes API, too. */
  readonly readsWorkloads: boolean;
};

export type HomeRightsSettings = {
  readonly account: ServiceAccount;
  /** The Lease by which one of several leads. */
  readonly lease: string;
  /** The ConfigMap of the checkpoint; null where there is none. */
  readonly configMap: string | null;
};

type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
};

const RESOURCES = {
  Deployment: "deployments",
  StatefulSet: "statefulsets",
} as const satisfies Record<TargetRef["kind"], string>;
const READ = ["get", "list", "watch"];
const RBAC = "rbac.authorization.k8s.io";

/** Returns the Role and the RoleBinding in the namespace of a policy's target. */
export function targetRights(policy: Policy, settings: TargetRightsSettings): readonly Manifest[] {
  const { namespace, kind, name } = policy.target;
  const resource = RESOURCES[kind];
  const rules: readonly Rule[] = [
    {
      apiGroups: ["apps"],
      resources: [`${resource}/scale`],
      resourceNames: [name],
      verbs: ["get", "update"],
    },
    { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create"] },
    ...(settings.readsWorkloads ? readingRules(resource) : []),
  ];
  return bound(settings.account, {
    name: `tidemark-autoscale-${policy.name}`,
    namespace,
    rules,
    remark: `What tidemark autoscale needs for the policy ${policyKey(namespace, policy.name)}; written by tidemark render.`,
  });
}

/** Returns the Role and the RoleBinding in the namespace where Tidemark is at home; one pair for all policies. */
export function homeRights({ account, lease, configMap }: HomeRightsSettings): readonly Manifest[] {
  const rules: readonly Rule[] = [
    ...ownRules({ group: "coordination.k8s.io", resource: "leases", name: lease }),
    ...(configMap === null ? [] : ownRules({ group: "", resource: "configmaps", name: configMap })),
  ];
  return bound(account, {
    name: "tidemark-autoscaler",
    namespace: account.namespace,
    rules,
    remark:
      "What tidemark autoscale needs at home, whatever the policies: one of several leads; written by tidemark render.",
  });
}

/** A watch knows no names of objects, so that these hold for the namespace. */
function readingRules(resource: string): readonly Rule[] {
  return [
    { apiGroups: ["apps"], resources: [resource], verbs: READ },
    { apiGroups: [""], resources: ["pods"], verbs: READ },
    { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: READ },
  ];
}

/** What is to be created has no name yet that a rule could go by. */
function ownRules(own: {
  readonly group: string;
  readonly resource: string;
  readonly name: string;
}): readonly Rule[] {
  const of = { apiGroups: [own.group], resources: [own.resource] };
  return [
    { ...of, verbs: ["create"] },
    { ...of, resourceNames: [own.name], verbs: ["get", "update"] },
  ];
}

type Bound = {
  readonly name: string;
  readonly namespace: string;
  readonly rules: readonly Rule[];
  readonly remark: string;
};

function bound(account: ServiceAccount, { name, namespace, rules, remark }: Bound): readonly Manifest[] {
  const common = { apiVersion: `${RBAC}/v1`, metadata: { name, namespace } };
  return [
    { object: { ...common, kind: "Role", rules }, remark: [remark], remarks: {} },
    {
      object: {
        ...common,
        kind: "RoleBinding",
        roleRef: { apiGroup: RBAC, kind: "Role", name },
        subjects: [{ kind: "ServiceAccount", ...account }],
      },
      remark: [],
      remarks: {},
    },
  ];
}
