// The account that our service has in a cluster: what it may do in a namespace, and a kubeconfig for it.

import type { ControlPlane } from "./control-plane.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces";
const WATCH = ["get", "list", "watch"];
const KEEP = ["get", "create", "update"];

export type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
};

/** What reading a namespace takes: replicas, pods, and the HPAs that follow us. */
export const READING: readonly Rule[] = [
  { apiGroups: [""], resources: ["pods"], verbs: WATCH },
  { apiGroups: ["apps"], resources: ["deployments", "statefulsets"], verbs: WATCH },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: WATCH },
];
/** What being one of several takes: a Lease and a ConfigMap. */
export const ELECTION: readonly Rule[] = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: KEEP },
  { apiGroups: [""], resources: ["configmaps"], verbs: KEEP },
];
/** What writing replicas takes besides. */
export const WRITING: readonly Rule[] = [
  { apiGroups: ["apps"], resources: ["deployments/scale", "statefulsets/scale"], verbs: ["get", "update"] },
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create"] },
];

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

/** Whether the API server lets the account do this in the namespace. */
export async function mayDo(
  { api }: ControlPlane,
  { namespace, account }: { readonly namespace: string; readonly account: string },
  asked: { readonly verb: string; readonly group: string; readonly resource: string },
): Promise<boolean> {
  const [resource, subresource] = asked.resource.split("/");
  const { verb, group } = asked;
  const answer = await api.create<{ readonly status: { readonly allowed: boolean } }>(
    "/apis/authorization.k8s.io/v1/subjectaccessreviews",
    {
      spec: {
        user: `system:serviceaccount:${namespace}:${account}`,
        resourceAttributes: {
          namespace,
          verb,
          group,
          resource,
          ...(subresource === undefined ? {} : { subresource }),
        },
      },
    },
  );
  return answer.status.allowed;
}
