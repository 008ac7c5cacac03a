// The service with an overlay's configuration and that overlay's rights, on a real API server that grants nothing else: it is
// refused nothing, keeps its Lease and its checkpoint, and may not do what is nobody's business.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { ROOT } from "../../architecture/source-files.ts";
import { fetchedKubectl, renderedObjects, renderedText } from "../../support/kustomizations.ts";
import type { Manifest } from "../../support/manifest-schema.ts";
import type { KubernetesObject } from "../controlplane/api-client.ts";
import { programsMissing } from "../controlplane/built-programs.ts";
import { ControlPlane } from "../controlplane/control-plane.ts";
import { eventually } from "../controlplane/eventually.ts";
import { postStrict } from "../controlplane/post-strict.ts";
import { mayDo } from "../controlplane/service-account.ts";
import { type Served, serve } from "../real-triton/serve-process.ts";

const KUBECTL = fetchedKubectl();
const MISSING =
  KUBECTL === null ? "no kubectl; .ci/install-helm fetches it" : programsMissing(["kubernetes"]);
const RIGHTS = /^((Cluster)?Role(Binding)?|ServiceAccount)$/;
const POLICY = readFileSync(`${ROOT}policies/small-vision.yaml`, "utf8");
const LISTED = ["deployments", "pods"];
/** At least those of workloads and of pods, each after its list. */
const WATCHED = /^tidemark_kubernetes_requests_total\{verb="WATCH",code="200"\} ([2-9]|\d\d+)$/m;
const CHECKPOINT = "/api/v1/namespaces/tidemark/configmaps/tidemark-state";
const PATIENCE_MS = 30_000;
const REFUSED = /^tidemark_kubernetes_requests_total\{[^}]*code="40[13]"/m;

type Lease = KubernetesObject & { readonly spec: { readonly holderIdentity: string } };

/** What only a pod has is set to what there is here: where we are at home, the ports, no disk, no Prometheus. */
function configurationHere(objects: readonly Manifest[], kubeconfig: string): string {
  const map = objects.find(({ metadata }) => metadata.name.startsWith("tidemark-configuration-"));
  const data = (map?.["data"] ?? {}) as Readonly<Record<string, string>>;
  const document = parseDocument(data["configuration.yaml"] ?? "");
  document.setIn(["spec", "kubernetes", "kubeconfig"], kubeconfig);
  document.setIn(["spec", "kubernetes", "namespace"], "tidemark");
  document.setIn(["spec", "http", "address"], "127.0.0.1:0");
  document.setIn(["spec", "grpc"], { address: "127.0.0.1:0" });
  document.deleteIn(["spec", "decisions"]);
  if (document.hasIn(["spec", "source", "prometheus"]))
    document.setIn(["spec", "source", "prometheus", "url"], "http://127.0.0.1:9");
  return document.toString();
}

function metricsOf({ http }: Served): Promise<string> {
  return fetch(`http://${http}/metrics`).then((answer) => answer.text());
}

describe.skipIf(MISSING !== null)(`test/e2e/charts: ${MISSING ?? "rights of the overlays"}`, () => {
  let plane: ControlPlane | null = null;

  const started = (): ControlPlane => {
    if (plane === null) throw new Error("no API server");
    return plane;
  };

  beforeAll(async () => {
    plane = await ControlPlane.start({ controllers: false, authorization: "RBAC" });
  });

  afterAll(async () => {
    await plane?.close({ failed: false });
  });

  /** Posts what grants rights, and returns how to take it away again. */
  async function grant(objects: readonly Manifest[]): Promise<() => Promise<void>> {
    const rights = objects.filter(({ kind }) => RIGHTS.test(kind));
    for (const object of rights)
      expect(await postStrict(started().api, object)).toEqual({ refusal: null, warnings: [] });
    return async () => {
      for (const { apiVersion, kind, metadata } of rights) {
        if (kind === "ServiceAccount") continue;
        const within = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
        await started().api.delete(`/apis/${apiVersion}${within}/${kind.toLowerCase()}s/${metadata.name}`);
      }
    };
  }

  async function kubeconfig(): Promise<string> {
    const { status } = await started().api.create<{ readonly status: { readonly token: string } }>(
      "/api/v1/namespaces/tidemark/serviceaccounts/tidemark/token",
      { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } },
    );
    return started().kubeconfig("tidemark", { name: "tidemark", token: status.token });
  }

  const may = (namespace: string, asked: Parameters<typeof mayDo>[2]): Promise<boolean> =>
    mayDo(started(), { namespace, account: "tidemark", home: "tidemark" }, asked);

  test.each([
    { overlay: "kubernetes", command: "serve", lease: null, elsewhere: false },
    { overlay: "complete", command: "serve", lease: null, elsewhere: true },
    { overlay: "direct-scrape", command: "serve", lease: "tidemark", elsewhere: false },
    { overlay: "autoscale", command: "autoscale", lease: "tidemark-autoscaler", elsewhere: false },
  ] as const)(
    "$overlay: refused nothing, and not free to do more",
    async ({ overlay, command, lease, elsewhere }) => {
      const { api } = started();
      const objects = renderedObjects(renderedText(KUBECTL ?? "", `deploy/overlays/${overlay}`));
      const revoke = await grant(objects);
      const configuration = configurationHere(objects, await kubeconfig());
      const service = await serve({ configuration, policy: POLICY, command });
      try {
        const watched = async () => (WATCHED.test(await metricsOf(service)) ? true : null);
        await eventually("watches that were granted", watched, PATIENCE_MS);
        if (lease !== null) {
          const path = `/apis/coordination.k8s.io/v1/namespaces/tidemark/leases/${lease}`;
          const held = async () => ((await api.find<Lease>(path))?.spec.holderIdentity ? true : null);
          await eventually("a holder of the Lease", held, PATIENCE_MS);
        }
        for (const namespace of ["ai-inference", "batch", "kube-system"]) {
          const isTheirs = namespace !== "kube-system" || elsewhere;
          for (const resource of LISTED) {
            const group = resource === "pods" ? "" : "apps";
            expect(await may(namespace, { verb: "watch", group, resource }), `${namespace} ${resource}`).toBe(
              isTheirs,
            );
          }
          expect(await may(namespace, { verb: "get", group: "", resource: "secrets" })).toBe(false);
          expect(await may(namespace, { verb: "patch", group: "apps", resource: "deployments" })).toBe(false);
        }
        const scale = { verb: "update", group: "apps", resource: "deployments/scale" };
        expect(await may("ai-inference", { ...scale, name: "triton-resnet50" })).toBe(
          command === "autoscale",
        );
        expect(await may("ai-inference", { ...scale, name: "another" })).toBe(false);
        expect(await metricsOf(service)).not.toMatch(REFUSED);
        await service.stop();
        expect(await api.find(CHECKPOINT)).not.toBeNull();
      } finally {
        await service.kill();
        await api.delete(CHECKPOINT).catch(() => undefined);
        await revoke();
      }
    },
  );
});
