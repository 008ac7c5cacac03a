// deploy/overlays/mtls with deploy/triton under real KEDA: by the one ClusterTriggerAuthentication, from a Secret in KEDA's own
// namespace, KEDA proves itself and makes the HPA of the workload that is deployed.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { METRIC_NAME } from "../../../src/control/answer.ts";
import { ROOT } from "../../architecture/source-files.ts";
import { fetchedKubectl, renderedObjects, renderedText } from "../../support/kustomizations.ts";
import type { Manifest } from "../../support/manifest-schema.ts";
import type { KubernetesObject } from "../controlplane/api-client.ts";
import { programsMissing } from "../controlplane/built-programs.ts";
import { writeCertificates } from "../controlplane/certificates.ts";
import { ControlPlane } from "../controlplane/control-plane.ts";
import { eventually } from "../controlplane/eventually.ts";
import { KedaPlane } from "../controlplane/keda-plane.ts";
import { postStrict } from "../controlplane/post-strict.ts";
import { type Served, serve } from "../real-triton/serve-process.ts";

const RELEASE = "v2.21.0";
const KUBECTL = fetchedKubectl();
const MISSING =
  KUBECTL === null ? "no kubectl; .ci/install-helm fetches it" : programsMissing(["kubernetes", RELEASE]);
const HPAS = "/apis/autoscaling/v2/namespaces/ai-inference/horizontalpodautoscalers";

type CertificateSpec = {
  readonly secretName: string;
  readonly commonName?: string;
  readonly usages?: readonly string[];
};
type Hpa = KubernetesObject & {
  readonly spec: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly metrics: readonly { readonly external?: { readonly metric: { readonly name: string } } }[];
  };
};

function found(objects: readonly Manifest[], kind: string, name: string): Manifest {
  const object = objects.find((each) => each.kind === kind && each.metadata.name.startsWith(name));
  if (object === undefined) throw new Error(`no ${kind} ${name}`);
  return object;
}

describe.skipIf(MISSING !== null)(`test/e2e/charts: ${MISSING ?? "mTLS under KEDA"}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-mtls-"));
  const objects =
    KUBECTL === null
      ? []
      : ["deploy/overlays/mtls", "deploy/triton"].flatMap((each) =>
          renderedObjects(renderedText(KUBECTL, each)),
        );
  let plane: ControlPlane | null = null;
  let keda: KedaPlane | null = null;
  let service: Served | null = null;

  const started = (): ControlPlane => {
    if (plane === null) throw new Error("no API server");
    return plane;
  };

  beforeAll(async () => {
    plane = await ControlPlane.start({});
    keda = await KedaPlane.start(plane, RELEASE);
  });

  afterAll(async () => {
    await service?.stop();
    await keda?.stop();
    await plane?.close({ failed: false });
    rmSync(folder, { recursive: true, force: true });
  });

  /** What cert-manager would make of the overlay's Certificates: the files of the service, and KEDA's Secret. */
  async function issue(): Promise<void> {
    const client = found(objects, "Certificate", "tidemark-client");
    const { secretName, commonName = "", usages } = client["spec"] as CertificateSpec;
    expect(usages).toEqual(["client auth"]);
    writeCertificates(folder, [
      { name: "ca" },
      { name: "tls", issuer: "ca", hosts: ["127.0.0.1"] },
      { name: "client", issuer: "ca", commonName },
    ]);
    const read = (name: string): string => readFileSync(join(folder, name), "utf8");
    const stringData = {
      "ca.crt": read("ca.crt"),
      "tls.crt": read("client.crt"),
      "tls.key": read("client.key"),
    };
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: secretName } };
    const path = `/api/v1/namespaces/${client.metadata.namespace}/secrets`;
    await started().api.create(path, { ...secret, stringData });
  }

  /** The overlay's configuration and the policy of the workload, at home here. */
  async function start(): Promise<Served> {
    const map = found(objects, "ConfigMap", "tidemark-configuration");
    const data = (map["data"] ?? {}) as Readonly<Record<string, string>>;
    const document = parse(data["configuration.yaml"] ?? "");
    const text = stringify({
      ...document,
      spec: {
        source: { kind: "prometheus", prometheus: { url: "http://127.0.0.1:9" } },
        http: { address: "127.0.0.1:0" },
        grpc: { ...document.spec.grpc, address: "127.0.0.1:0" },
      },
    });
    return serve({
      configuration: text.replaceAll("/etc/tidemark/tls", folder),
      policy: readFileSync(`${ROOT}policies/small-vision.yaml`, "utf8"),
    });
  }

  test("KEDA makes the HPA of deploy/triton, by what the service tells it over mTLS", async () => {
    await issue();
    service = await start();
    const { grpc, http } = service;
    const posted = [
      found(objects, "Deployment", "triton-resnet50"),
      found(objects, "ClusterTriggerAuthentication", "tidemark"),
      JSON.parse(
        JSON.stringify(found(objects, "ScaledObject", "resnet50")).replace("tidemark.tidemark:6000", grpc),
      ) as Manifest,
    ];
    for (const manifest of posted)
      expect(await postStrict(started().api, manifest)).toEqual({ refusal: null, warnings: [] });
    const hpa = await eventually("the HPA", async () => {
      const { items } = await started().api.get<{ readonly items: readonly Hpa[] }>(HPAS);
      return items.find(({ spec }) => spec.scaleTargetRef.name === "triton-resnet50") ?? null;
    });
    expect(hpa.spec.scaleTargetRef.kind).toBe("Deployment");
    expect(hpa.spec.metrics.map(({ external }) => external?.metric.name)).toEqual([`s0-${METRIC_NAME}`]);
    const metrics = await (await fetch(`http://${http}/metrics`)).text();
    expect(metrics).toMatch(/^tidemark_grpc_requests_total\{method="GetMetricSpec",code="OK"\} [1-9]/m);
    expect(metrics).not.toMatch(/^tidemark_connection_refusals_total\{reason="\w+"\} [1-9]/m);
  });
});
