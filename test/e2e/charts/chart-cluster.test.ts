// The chart on a real API server: Helm installs it, changes its mode and takes it away again; each object is one that a
// server takes which refuses what it does not know, in a namespace that restricts pods.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Manifest } from "../../support/manifest-schema.ts";
import type { KubernetesObject } from "../controlplane/api-client.ts";
import { programsMissing } from "../controlplane/built-programs.ts";
import { ControlPlane } from "../controlplane/control-plane.ts";
import { eventually } from "../controlplane/eventually.ts";
import { installKinds } from "../controlplane/kinds.ts";
import { postStrict } from "../controlplane/post-strict.ts";
import { CHART, chartObjects, VALUES, withExamples } from "./chart.ts";
import { helmMissing, helmOutput, runHelm } from "./helm.ts";

const MISSING = helmMissing() ?? programsMissing(["kubernetes", "kinds", "v2.21.0"]);
const RELEASE = ["tidemark", "--namespace", "tidemark"];
/** Where objects of each kind are listed over all namespaces. */
const LISTS: Readonly<Record<string, string>> = {
  ConfigMap: "/api/v1/configmaps",
  Service: "/api/v1/services",
  ServiceAccount: "/api/v1/serviceaccounts",
  Deployment: "/apis/apps/v1/deployments",
  PodDisruptionBudget: "/apis/policy/v1/poddisruptionbudgets",
  NetworkPolicy: "/apis/networking.k8s.io/v1/networkpolicies",
  Role: "/apis/rbac.authorization.k8s.io/v1/roles",
  RoleBinding: "/apis/rbac.authorization.k8s.io/v1/rolebindings",
  ClusterRole: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  ClusterRoleBinding: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  ScaledObject: "/apis/keda.sh/v1alpha1/scaledobjects",
  TriggerAuthentication: "/apis/keda.sh/v1alpha1/triggerauthentications",
  ClusterTriggerAuthentication: "/apis/keda.sh/v1alpha1/clustertriggerauthentications",
  Certificate: "/apis/cert-manager.io/v1/certificates",
  ServiceMonitor: "/apis/monitoring.coreos.com/v1/servicemonitors",
  PodMonitor: "/apis/monitoring.coreos.com/v1/podmonitors",
  PrometheusRule: "/apis/monitoring.coreos.com/v1/prometheusrules",
};

const named = (kind: string, { name, namespace = "" }: KubernetesObject["metadata"]): string =>
  `${kind} ${namespace}/${name}`;

function pathOf(kind: string, { name, namespace }: KubernetesObject["metadata"]): string {
  const list = LISTS[kind] ?? "";
  const within = namespace === undefined ? "" : `/namespaces/${namespace}`;
  return `${list.replace(/\/[a-z]+$/, `${within}$&`)}/${name}`;
}

describe.skipIf(MISSING !== null)(`test/e2e/charts: ${MISSING ?? "the chart in a cluster"}`, () => {
  let plane: ControlPlane | null = null;

  const started = (): ControlPlane => {
    if (plane === null) throw new Error("no API server");
    return plane;
  };

  beforeAll(async () => {
    plane = await ControlPlane.start({ controllers: false });
    await installKinds(plane.api, "v2.21.0");
    await installKinds(plane.api, "kinds");
    for (const name of ["ai-inference", "batch"])
      await plane.api.create("/api/v1/namespaces", { metadata: { name } });
    await plane.api.create("/api/v1/namespaces", {
      metadata: {
        name: "tidemark",
        labels: {
          "pod-security.kubernetes.io/enforce": "restricted",
          "pod-security.kubernetes.io/warn": "restricted",
        },
      },
    });
  });

  afterAll(async () => {
    await plane?.close({ failed: false });
  });

  /** What Helm has put there. */
  async function there(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [kind, path] of Object.entries(LISTS)) {
      const question = `${path}?labelSelector=app.kubernetes.io/managed-by=Helm`;
      // A kind that was installed a moment ago is answered with 429 for a while.
      const { items } = await eventually(`the list ${path}`, () =>
        started()
          .api.get<{ readonly items: readonly KubernetesObject[] }>(question)
          .catch(() => null),
      );
      found.push(...items.map(({ metadata }) => named(kind, metadata)));
    }
    return found.toSorted();
  }

  const wanted = (objects: readonly Manifest[]): readonly string[] =>
    objects.map(({ kind, metadata }) => named(kind, metadata)).toSorted();

  test("Helm installs it, changes it from each mode to the next, goes back, and leaves nothing", async () => {
    const { adminKubeconfig } = started();
    const [first = "", ...others] = VALUES;
    const installed = ["install", ...RELEASE.slice(0, 1), CHART, ...RELEASE.slice(1), "--values", first];
    expect(helmOutput(installed, adminKubeconfig)).toContain("STATUS: deployed");
    expect(await there()).toEqual(wanted(chartObjects(["--values", first])));
    for (const file of [...others, first]) {
      const args = ["upgrade", ...RELEASE.slice(0, 1), CHART, ...RELEASE.slice(1), "--values", file];
      const { code, stderr } = runHelm(args, adminKubeconfig);
      expect({ file, code, stderr }).toEqual({ file, code: 0, stderr: "" });
      expect(await there(), file).toEqual(wanted(chartObjects(["--values", file])));
    }
    helmOutput(["rollback", "tidemark", "2", "--namespace", "tidemark"], adminKubeconfig);
    expect(await there()).toEqual(wanted(chartObjects(["--values", others[0] ?? ""])));
    helmOutput(["uninstall", ...RELEASE], adminKubeconfig);
    expect(await there()).toEqual([]);
  });

  const sets = [
    ...VALUES.map((file) => ({ name: file.split("/").at(-1), args: ["--values", file] })),
    { name: "the examples", args: withExamples() },
    { name: "the examples with certificates", args: [...withExamples(), "--set", "tls.enabled=true"] },
    {
      name: "the examples with a Secret of KEDA's own",
      args: [
        ...withExamples(),
        "--set",
        "tls.enabled=true,tls.authentication=ClusterTriggerAuthentication,tls.certManager.clusterIssuer=ca",
      ],
    },
  ];

  test.each(sets)("takes every object of $name without a warning", async ({ args }) => {
    const verdicts: unknown[] = [];
    const objects = chartObjects(args);
    for (const object of objects) {
      const { refusal, warnings } = await postStrict(started().api, object);
      if (refusal !== null || warnings.length > 0)
        verdicts.push({ object: `${object.kind} ${object.metadata.name}`, refusal, warnings });
    }
    for (const { kind, metadata } of objects) await started().api.delete(pathOf(kind, metadata));
    expect(verdicts).toEqual([]);
    expect(objects.length).toBeGreaterThan(5);
  });
});
