// What the Roles among rendered objects grant to a service account, right by right, and what a configuration needs.

import { readsWorkloads } from "../../src/cli/compose-kubernetes.ts";
import type { Configuration } from "../../src/domain/configuration.ts";
import type { LoadedPolicy } from "../../src/domain/policy-set.ts";
import type { Manifest } from "./manifest-schema.ts";

type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
};
type Binding = {
  readonly kind: string;
  readonly metadata: Manifest["metadata"];
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[];
};

/**
 * Returns each right as `namespace verb group/resource` or, of named objects, `… group/resource/name`, sorted and each
 * once; `*` stands for all namespaces.
 */
export function granted(objects: readonly Manifest[], account: string): readonly string[] {
  const bindings: readonly unknown[] = objects.filter(({ kind }) => /^(Cluster)?RoleBinding$/.test(kind));
  const held = (bindings as readonly Binding[]).filter(({ subjects }) =>
    subjects.some(
      ({ kind, namespace, name }) => kind === "ServiceAccount" && `${namespace}/${name}` === account,
    ),
  );
  const rights = held.flatMap(({ kind, metadata, roleRef }) => {
    const isWide = kind === "ClusterRoleBinding";
    const role = objects.find(
      (object) =>
        object.kind === roleRef.kind &&
        object.metadata.name === roleRef.name &&
        (object.kind === "ClusterRole" || object.metadata.namespace === metadata.namespace),
    );
    if (role === undefined) throw new Error(`${kind} ${metadata.name} binds no role`);
    return (role["rules"] as readonly Rule[]).flatMap((rule) =>
      rightsOf(rule, isWide ? "*" : (metadata.namespace ?? "")),
    );
  });
  return [...new Set(rights)].toSorted();
}

function rightsOf(
  { apiGroups, resources, resourceNames, verbs }: Rule,
  namespace: string,
): readonly string[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        resourceNames === undefined
          ? [`${namespace} ${verb} ${group}/${resource}`]
          : resourceNames.map((name) => `${namespace} ${verb} ${group}/${resource}/${name}`),
      ),
    ),
  );
}

const READ = ["get", "list", "watch"];

type Needs = {
  readonly configuration: Configuration;
  readonly policies: readonly LoadedPolicy[];
  /** Whether what is read is read in all namespaces. */
  readonly isWide: boolean;
  /** Whether replicas are written, as by `autoscale`. */
  readonly writes: boolean;
};

/** Returns what the service must be granted, in the form of `granted`, as docs/KUBERNETES.md lists it. */
export function neededRights({ configuration, policies, isWide, writes }: Needs): readonly string[] {
  const { state, kubernetes } = configuration;
  const lease = writes ? "tidemark-autoscaler" : (kubernetes.leaderElection?.lease ?? null);
  const targets = policies.map(({ policy }) => policy.target);
  const read = targets.flatMap(({ namespace, kind }) => {
    const kinds = writes ? [`apps/${plural(kind)}`] : ["apps/deployments", "apps/statefulsets"];
    return [...kinds, "/pods", "autoscaling/horizontalpodautoscalers"].flatMap((resource) =>
      READ.map((verb) => `${isWide ? "*" : namespace} ${verb} ${resource}`),
    );
  });
  const written = targets.flatMap(({ namespace, kind, name }) => [
    `${namespace} get apps/${plural(kind)}/scale/${name}`,
    `${namespace} update apps/${plural(kind)}/scale/${name}`,
    `${namespace} create events.k8s.io/events`,
  ]);
  const all = [
    ...(readsWorkloads(configuration) ? read : []),
    ...(writes ? written : []),
    ...ownRights("coordination.k8s.io/leases", lease),
    ...ownRights("/configmaps", state.configMap),
  ];
  return [...new Set(all)].toSorted();
}

function ownRights(resource: string, name: string | null): readonly string[] {
  if (name === null) return [];
  const verbs = ["get", "update"].map((verb) => `tidemark ${verb} ${resource}/${name}`);
  return [`tidemark create ${resource}`, ...verbs];
}

function plural(kind: string): string {
  return `${kind.toLowerCase()}s`;
}
