// Tritons played by the test: each ready pod has a metrics page at its own address, and the load that the test sets is
// shared among the pods of a workload.

import http from "node:http";
import { freePorts } from "../../support/free-ports.ts";
import type { ApiClient, Watch } from "./api-client.ts";
import { isReady, type Pod } from "./fake-kubelet.ts";

/** The label by which a pod says whose it is. */
export const WORKLOAD_LABEL = "app";
/** The model that all of them serve. */
export const MODEL = "embedder";

/** Requests that a Triton with a limit executes together. */
const BATCH = 4;

/** One pod's server; `served` requests until `at` (ms), and `queued` then. */
type Triton = {
  readonly namespace: string;
  readonly name: string;
  readonly workload: string;
  readonly address: string;
  readonly server: http.Server;
  served: number;
  queued: number;
  at: number;
};

export type ScrapeTarget = {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
};

export class TritonFleet {
  readonly #tritons = new Map<string, Triton>();
  readonly #rates = new Map<string, number>();
  readonly #limits = new Map<string, number>();
  readonly #port: number;
  readonly #watch: Watch;

  private constructor(api: ApiClient, port: number) {
    this.#port = port;
    this.#watch = api.watch<Pod>("/api/v1/pods", {
      set: (pod) => this.#see(pod),
      gone: (pod) => this.#remove(pod),
    });
  }

  /** Plays a Triton in each ready pod that has the label, all on one port as in a cluster. */
  static async start(api: ApiClient): Promise<TritonFleet> {
    const [port = 0] = await freePorts(1);
    return new TritonFleet(api, port);
  }

  /** The port that all of them serve their metrics at. */
  get port(): number {
    return this.#port;
  }

  /** From now on so many requests a second come to the workload. Without a ready pod they are lost. */
  load(namespace: string, workload: string, requestsPerSecond: number): void {
    this.#settle();
    this.#rates.set(`${namespace}/${workload}`, requestsPerSecond);
  }

  /** From now on each pod of the workload completes no more than this many a second; what is beyond waits in its queue. */
  limit(namespace: string, workload: string, requestsPerSecond: number): void {
    this.#settle();
    this.#limits.set(`${namespace}/${workload}`, requestsPerSecond);
  }

  /** Those that run, as Prometheus' service discovery wants them. */
  targets(): readonly ScrapeTarget[] {
    return [...this.#tritons.values()].map(({ address, namespace, name }) => ({
      targets: [`${address}:${this.#port}`],
      labels: { namespace, pod: name },
    }));
  }

  stop(): void {
    this.#watch.stop();
    for (const { server } of this.#tritons.values()) close(server);
  }

  #see(pod: Pod): void {
    if (!isReady(pod)) {
      this.#remove(pod);
      return;
    }
    const { uid = "", namespace = "", name, labels = {} } = pod.metadata;
    const [workload, address] = [labels[WORKLOAD_LABEL], pod.status.podIP];
    if (workload === undefined || address === undefined || this.#tritons.has(uid)) return;
    this.#settle();
    const server = http.createServer((_, response) => response.end(this.#page(uid)));
    server.listen(this.#port, address);
    this.#tritons.set(uid, {
      namespace,
      name,
      workload,
      address,
      server,
      served: 0,
      queued: 0,
      at: performance.now(),
    });
  }

  #remove(pod: Pod): void {
    const uid = pod.metadata.uid ?? "";
    const triton = this.#tritons.get(uid);
    if (triton === undefined) return;
    this.#settle();
    this.#tritons.delete(uid);
    close(triton.server);
  }

  /** Counts what came until now, by the shares that held until now. */
  #settle(): void {
    const now = performance.now();
    const sharing = new Map<string, number>();
    for (const { namespace, workload } of this.#tritons.values()) {
      const key = `${namespace}/${workload}`;
      sharing.set(key, (sharing.get(key) ?? 0) + 1);
    }
    for (const triton of this.#tritons.values()) {
      const key = `${triton.namespace}/${triton.workload}`;
      const share = (this.#rates.get(key) ?? 0) / (sharing.get(key) ?? 1);
      const seconds = (now - triton.at) / 1000;
      const waiting = triton.queued + share * seconds;
      const done = seconds > 0 ? Math.min(waiting, this.#limitOf(triton) * seconds) : 0;
      triton.served += done;
      triton.queued = waiting - done;
      triton.at = now;
    }
  }

  #limitOf({ namespace, workload }: Triton): number {
    return this.#limits.get(`${namespace}/${workload}`) ?? Number.POSITIVE_INFINITY;
  }

  #page(uid: string): string {
    this.#settle();
    const triton = this.#tritons.get(uid);
    const served = Math.floor(triton?.served ?? 0);
    const isLimited = triton !== undefined && Number.isFinite(this.#limitOf(triton));
    const counters = {
      nv_inference_request_success: served,
      nv_inference_request_failure: 0,
      nv_inference_count: served,
      nv_inference_exec_count: isLimited ? Math.floor(served / BATCH) : served,
      nv_inference_request_duration_us: served * 20_000,
      nv_inference_queue_duration_us: served * 1000,
      nv_inference_pending_request_count: Math.floor(triton?.queued ?? 0),
    };
    const labels = `{model="${MODEL}",version="1"}`;
    return Object.entries(counters)
      .map(([name, value]) => `${name}${labels} ${value}\n`)
      .join("");
  }
}

function close(server: http.Server): void {
  server.closeAllConnections();
  server.close();
}
