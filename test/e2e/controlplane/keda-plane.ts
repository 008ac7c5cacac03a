// KEDA of a release in a cluster of the test: its kinds, its operator and its metrics adapter.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "../../support/free-ports.ts";
import { type KedaRelease, programOf } from "./built-programs.ts";
import { writeCertificates } from "./certificates.ts";
import type { ControlPlane } from "./control-plane.ts";
import { eventually } from "./eventually.ts";
import { type Conditioned, installKinds, isTrue } from "./kinds.ts";
import { PlaneProcess } from "./plane-process.ts";

const NAMESPACE = "keda";
const ADAPTER = "keda-metrics-apiserver";
const API_SERVICE = "/apis/apiregistration.k8s.io/v1/apiservices";
const EXTERNAL_METRICS = "v1beta1.external.metrics.k8s.io";
const ENVIRONMENT = {
  WATCH_NAMESPACE: "",
  POD_NAMESPACE: NAMESPACE,
  KEDA_CLUSTER_OBJECT_NAMESPACE: NAMESPACE,
};

type Ports = Readonly<Record<"metrics" | "health" | "service" | "adapterMetrics" | "adapter", number>>;

/** KEDA's two processes; both can be ended and started again. */
export class KedaPlane {
  readonly #plane: ControlPlane;
  readonly #operator: PlaneProcess;
  readonly #adapter: PlaneProcess;
  readonly #ports: Ports;

  private constructor(plane: ControlPlane, release: KedaRelease, ports: Ports) {
    this.#plane = plane;
    this.#ports = ports;
    const { folder } = plane;
    const part = (name: string, flags: readonly string[]): PlaneProcess => {
      const command = ["run", programOf(release, name), ...flags];
      return new PlaneProcess({ name: `keda-${name}`, folder, command, env: ENVIRONMENT });
    };
    this.#operator = part("operator", operatorFlags(plane, ports));
    this.#adapter = part("adapter", adapterFlags(plane, ports));
  }

  /** Installs KEDA; resolves once it serves the HPA's metrics. */
  static async start(plane: ControlPlane, release: KedaRelease): Promise<KedaPlane> {
    const [metrics = 0, health = 0, service = 0, adapterMetrics = 0, adapter = 0] = await freePorts(5);
    const keda = new KedaPlane(plane, release, { metrics, health, service, adapterMetrics, adapter });
    writeCertificates(join(plane.folder, "keda"), [
      { name: "ca" },
      { name: "tls", issuer: "ca", hosts: ["localhost", `${ADAPTER}.${NAMESPACE}.svc`] },
    ]);
    await installKinds(plane.api, release);
    await keda.#install();
    await keda.startAgain();
    return keda;
  }

  /** Ends both processes, as an upgrade or a lost node does. */
  async stop(): Promise<void> {
    await Promise.all([this.#operator.stop(), this.#adapter.stop()]);
  }

  /** Starts both; resolves once the HPA's metrics are served again. */
  async startAgain(): Promise<void> {
    this.#operator.start();
    this.#adapter.start();
    await eventually("KEDA's operator", async () => {
      this.#operator.assertRuns();
      const { status } = await fetch(`http://127.0.0.1:${this.#ports.health}/readyz`);
      return status === 200 ? true : null;
    });
    await eventually("KEDA's metrics", async () => {
      this.#adapter.assertRuns();
      const service = await this.#plane.api.get<Conditioned>(`${API_SERVICE}/${EXTERNAL_METRICS}`);
      return isTrue(service, "Available") ? true : null;
    });
  }

  async #install(): Promise<void> {
    const { api, folder } = this.#plane;
    await api.create("/api/v1/namespaces", { metadata: { name: NAMESPACE } });
    // There are no pods of KEDA: the service is a name for this machine.
    await api.create(`/api/v1/namespaces/${NAMESPACE}/services`, {
      metadata: { name: ADAPTER },
      spec: { type: "ExternalName", externalName: "localhost", ports: [{ port: this.#ports.adapter }] },
    });
    await api.create(API_SERVICE, {
      metadata: { name: EXTERNAL_METRICS },
      spec: {
        group: "external.metrics.k8s.io",
        version: "v1beta1",
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { namespace: NAMESPACE, name: ADAPTER, port: this.#ports.adapter },
        caBundle: readFileSync(join(folder, "keda", "ca.crt")).toString("base64"),
      },
    });
  }
}

function operatorFlags({ folder, adminKubeconfig }: ControlPlane, ports: Ports): readonly string[] {
  return [
    `--kubeconfig=${adminKubeconfig}`,
    `--metrics-bind-address=127.0.0.1:${ports.metrics}`,
    `--health-probe-bind-address=127.0.0.1:${ports.health}`,
    `--metrics-service-bind-address=127.0.0.1:${ports.service}`,
    `--cert-dir=${join(folder, "keda")}`,
    "--ca-dir=/nonexistent",
    "--zap-log-level=debug",
    "--zap-encoder=json",
  ];
}

function adapterFlags({ folder, adminKubeconfig }: ControlPlane, ports: Ports): readonly string[] {
  const file = (name: string): string => join(folder, "keda", name);
  return [
    `--secure-port=${ports.adapter}`,
    "--bind-address=127.0.0.1",
    `--port=${ports.adapterMetrics}`,
    `--cert-dir=${join(folder, "keda")}`,
    `--tls-cert-file=${file("tls.crt")}`,
    `--tls-private-key-file=${file("tls.key")}`,
    `--kubeconfig=${adminKubeconfig}`,
    `--authentication-kubeconfig=${adminKubeconfig}`,
    `--authorization-kubeconfig=${adminKubeconfig}`,
    `--lister-kubeconfig=${adminKubeconfig}`,
    `--metrics-service-address=localhost:${ports.service}`,
  ];
}
