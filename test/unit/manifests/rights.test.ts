// The rights of `tidemark autoscale`: no more than docs/KUBERNETES.md lists, each for its own object where it has a name.

import { expect, test } from "vitest";
import { homeRights, targetRights } from "../../../src/manifests/rights.ts";
import { usualPolicy } from "../../support/builders.ts";

const ACCOUNT = { namespace: "tidemark", name: "tidemark" };
const SCALE = {
  apiGroups: ["apps"],
  resources: ["deployments/scale"],
  resourceNames: ["triton-embedder"],
  verbs: ["get", "update"],
};
const EVENTS = { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create"] };

function rulesOf(readsWorkloads: boolean, kind: "Deployment" | "StatefulSet" = "Deployment"): unknown {
  const policy = usualPolicy({ target: { kind, namespace: "ai-inference", name: "triton-embedder" } });
  return targetRights(policy, { account: ACCOUNT, readsWorkloads })[0]?.object["rules"];
}

test("the scale of the policy's own target may be written, and events told", () => {
  expect(rulesOf(false)).toEqual([SCALE, EVENTS]);
});

test("a StatefulSet's scale is another resource", () => {
  expect(rulesOf(false, "StatefulSet")).toEqual([{ ...SCALE, resources: ["statefulsets/scale"] }, EVENTS]);
});

test("who reads workloads from the API may do that, too", () => {
  const verbs = ["get", "list", "watch"];
  expect(rulesOf(true)).toEqual([
    SCALE,
    EVENTS,
    { apiGroups: ["apps"], resources: ["deployments"], verbs },
    { apiGroups: [""], resources: ["pods"], verbs },
    { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs },
  ]);
});

test("the Role is bound, in the target's namespace, to Tidemark's account in its own", () => {
  const [role, binding] = targetRights(usualPolicy(), { account: ACCOUNT, readsWorkloads: false });
  const metadata = { name: "tidemark-autoscale-embedder", namespace: "ai-inference" };
  expect(role?.object.metadata).toEqual(metadata);
  expect(binding?.object).toEqual({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata,
    roleRef: {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "Role",
      name: "tidemark-autoscale-embedder",
    },
    subjects: [{ kind: "ServiceAccount", namespace: "tidemark", name: "tidemark" }],
  });
});

test("at home the Lease and the checkpoint's ConfigMap may be made, and those two changed", () => {
  const own = (group: string, resource: string, name: string) => [
    { apiGroups: [group], resources: [resource], verbs: ["create"] },
    { apiGroups: [group], resources: [resource], resourceNames: [name], verbs: ["get", "update"] },
  ];
  const lease = own("coordination.k8s.io", "leases", "l");
  const rules = (configMap: string | null): unknown =>
    homeRights({ account: ACCOUNT, lease: "l", configMap })[0]?.object["rules"];
  expect(rules(null)).toEqual(lease);
  expect(rules("c")).toEqual([...lease, ...own("", "configmaps", "c")]);
});
