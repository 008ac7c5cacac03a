// What a cluster has besides: a Prometheus that scrapes the Tritons, and the counts of kube-state-metrics and of a gateway
// as pages of the test.

import { writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { freePorts } from "../../support/free-ports.ts";
import type { ApiClient, KubernetesObject, Watch } from "./api-client.ts";
import { eventually } from "./eventually.ts";
import { PlaneProcess } from "./plane-process.ts";
import type { TritonFleet } from "./triton-fleet.ts";

type Deployment = KubernetesObject & {
  readonly spec: { readonly replicas: number };
  readonly status: { readonly readyReplicas?: number };
};

export class ClusterMetrics {
  readonly url: string;
  readonly #fleet: TritonFleet;
  readonly #deployments = new Map<string, Deployment>();
  readonly #queued = new Map<string, number>();
  readonly #watch: Watch;
  readonly #server: http.Server;
  readonly #prometheus: PlaneProcess;

  private constructor(
    { api, fleet, folder }: { api: ApiClient; fleet: TritonFleet; folder: string },
    [pages, port]: readonly [number, number],
  ) {
    this.#fleet = fleet;
    this.url = `http://127.0.0.1:${port}`;
    const keyOf = ({ metadata }: Deployment): string => `${metadata.namespace}/${metadata.name}`;
    this.#watch = api.watch<Deployment>("/apis/apps/v1/deployments", {
      set: (deployment) => this.#deployments.set(keyOf(deployment), deployment),
      gone: (deployment) => this.#deployments.delete(keyOf(deployment)),
    });
    this.#server = http.createServer((request, response) => {
      response.setHeader("content-type", request.url === "/targets" ? "application/json" : "text/plain");
      response.end(this.#page(request.url ?? ""));
    });
    this.#server.listen(pages, "127.0.0.1");
    const configuration = join(folder, "prometheus.yml");
    writeFileSync(configuration, prometheusConfiguration(`127.0.0.1:${pages}`));
    const command = [
      "run",
      "prometheus",
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${join(folder, "tsdb")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ];
    this.#prometheus = new PlaneProcess({ name: "prometheus", folder, command });
  }

  /** Starts them; resolves once Prometheus answers. */
  static async start(parts: {
    readonly api: ApiClient;
    readonly fleet: TritonFleet;
    readonly folder: string;
  }): Promise<ClusterMetrics> {
    const [pages = 0, port = 0] = await freePorts(2);
    const metrics = new ClusterMetrics(parts, [pages, port]);
    metrics.#prometheus.start();
    await eventually("a ready Prometheus", async () => {
      metrics.#prometheus.assertRuns();
      return (await fetch(`${metrics.url}/-/ready`)).status === 200 ? true : null;
    });
    return metrics;
  }

  /** From now on so many requests wait at the gateway for a workload of this namespace. */
  queue(namespace: string, waiting: number): void {
    this.#queued.set(namespace, waiting);
  }

  async close(): Promise<void> {
    this.#watch.stop();
    this.#server.closeAllConnections();
    this.#server.close();
    await this.#prometheus.stop("SIGKILL");
  }

  #page(path: string): string {
    if (path === "/targets") return JSON.stringify(this.#fleet.targets());
    const lines = path === "/gateway" ? this.#gatewayLines() : this.#replicaLines();
    return lines.map((line) => `${line}\n`).join("");
  }

  #gatewayLines(): readonly string[] {
    return [...this.#queued].map(([namespace, count]) => `gateway_queued{namespace="${namespace}"} ${count}`);
  }

  #replicaLines(): readonly string[] {
    return [...this.#deployments.values()].flatMap(({ metadata, spec, status }) => {
      const labels = `{namespace="${metadata.namespace}",deployment="${metadata.name}"}`;
      return [
        `kube_deployment_spec_replicas${labels} ${spec.replicas}`,
        `kube_deployment_status_replicas_ready${labels} ${status.readyReplicas ?? 0}`,
      ];
    });
  }
}

function prometheusConfiguration(pages: string): string {
  const job = (name: string) => ({
    job_name: name,
    honor_labels: true,
    metrics_path: `/${name}`,
    static_configs: [{ targets: [pages] }],
  });
  const triton = {
    job_name: "triton",
    http_sd_configs: [{ url: `http://${pages}/targets`, refresh_interval: "1s" }],
  };
  const global = { scrape_interval: "1s", scrape_timeout: "1s" };
  return JSON.stringify({ global, scrape_configs: [triton, job("kube-state-metrics"), job("gateway")] });
}
