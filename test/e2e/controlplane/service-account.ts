// The account that our service has in a cluster: what it may do in a namespace, and a kubeconfig for it.

import type { ControlPlane } from "./control-plane.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces";
const WATCH = ["get", "list", "watch"];
const SCALES = ["deployments/scale", "statefulsets/scale"];

/** The Lease and the ConfigMap of the tests. */
export const LEASE = "tidemark-autoscaler";
export const CHECKPOINT = "tidemark-state";

/** A rule of a role. The roles here are those of docs/KUBERNETES.md. */
export type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
};

/** What reading a namespace takes: replicas, pods, and the HPAs that follow us. */
export const READING: readonly Rule[] = [
  { apiGroups: [""], resources: ["pods"], verbs: WATCH },
  { apiGroups: ["apps"], resources: ["deployments", "statefulsets"], verbs: WATCH },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: WATCH },
];
/** What being one of several takes: a Lease and a ConfigMap. */
export const ELECTION: readonly Rule[] = electing(LEASE, CHECKPOINT);
/** What writing replicas takes besides. */
export const WRITING: readonly Rule[] = [
  { apiGroups: ["apps"], resources: SCALES, verbs: ["get", "update"] },
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create"] },
];
/** What a dry run takes instead. */
export const DRY_RUN: readonly Rule[] = [{ apiGroups: ["apps"], resources: SCALES, verbs: ["get"] }];

/** Makes a service account with these rights in the namespace, and returns the path of its kubeconfig. */
export async function serviceAccount(
  plane: ControlPlane,
  namespace: string,
  { name, rules }: { readonly name: string; readonly rules: readonly Rule[] },
): Promise<string> {
  const { api } = plane;
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await api.create(accounts, { metadata: { name } });
  await api.create(`${RBAC}/${namespace}/roles`, { metadata: { name }, rules });
  await api.create(`${RBAC}/${namespace}/rolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  });
  const asked = await api.create<{ readonly status: { readonly token: string } }>(
    `${accounts}/${name}/token`,
    { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } },
  );
  return plane.kubeconfig(`${namespace}-${name}`, { name, token: asked.status.token });
}

/** Whether the API server lets the account do this in the namespace; `home` is the account's own where that is another. */
export async function mayDo(
  { api }: ControlPlane,
  {
    namespace,
    account,
    home = namespace,
  }: { readonly namespace: string; readonly account: string; readonly home?: string },
  asked: {
    readonly verb: string;
    readonly group: string;
    readonly resource: string;
    readonly name?: string;
  },
): Promise<boolean> {
  const [resource, subresource] = asked.resource.split("/");
  const { verb, group, name } = asked;
  const answer = await api.create<{ readonly status: { readonly allowed: boolean } }>(
    "/apis/authorization.k8s.io/v1/subjectaccessreviews",
    {
      spec: {
        user: `system:serviceaccount:${home}:${account}`,
        resourceAttributes: {
          namespace,
          verb,
          group,
          resource,
          ...(subresource === undefined ? {} : { subresource }),
          ...(name === undefined ? {} : { name }),
        },
      },
    },
  );
  return answer.status.allowed;
}

/** Returns what being one of several takes, by a Lease and a ConfigMap of these names. */
export function electing(lease: string, checkpoint: string): readonly Rule[] {
  return [...keeping("coordination.k8s.io", "leases", lease), ...keeping("", "configmaps", checkpoint)];
}

/** Any may be made, since names mean nothing then; only this one read and changed. */
function keeping(group: string, resource: string, name: string): readonly Rule[] {
  const rule = { apiGroups: [group], resources: [resource] };
  return [
    { ...rule, verbs: ["create"] },
    { ...rule, resourceNames: [name], verbs: ["get", "update"] },
  ];
}
