// Two processes that stand in for one another, and a third that nobody disturbs: what each told at its ticks.

import { gunzipSync } from "node:zlib";
import { noteAnswers, unwatched, type Watched } from "../prometheus/told-answers.ts";
import { type Served, serve } from "../real-triton/serve-process.ts";
import type { KubernetesObject } from "./api-client.ts";
import type { BareCluster } from "./cluster.ts";
import { deploymentOf, POLICY, policyDocument, WORKLOAD } from "./documents.ts";
import { eventually } from "./eventually.ts";
import { KILLED_RULES, type KillSource, PAIR, REFERENCE, type Shared } from "./kill-sources.ts";
import { serviceAccount } from "./service-account.ts";

/** What a pod completes; four fifths of it are half of the target that the policy declares. */
export const CAP_PER_SECOND = 12;
const TARGET_PER_REPLICA = 20;
const REPLICAS = 3;
/** W of the policy: its window of 5 s and the cooldown of 12 s. */
export const MEMORY_MS = 17_000;
const CAP = /^tidemark_capacity_requests_per_second\{[^}]*\} (\S+)$/m;

type Deployment = KubernetesObject & { readonly status: { readonly readyReplicas?: number } };
type ConfigMap = KubernetesObject & { readonly binaryData?: Readonly<Record<string, string>> };

/** One process from its start until it is killed. */
export type Life = {
  readonly served: Served;
  readonly watched: Watched;
  /** When it first told something, and when it came to lead, if it did. */
  begins(): readonly number[];
};

export class KilledPair {
  readonly #cluster: BareCluster;
  readonly #source: KillSource;
  readonly #prometheus: string;
  #kubeconfig = "";
  readonly #ended: Life[] = [];
  #pair: Life[] = [];
  #reference: Life | null = null;

  constructor(cluster: BareCluster, source: KillSource, prometheus: string) {
    this.#cluster = cluster;
    this.#source = source;
    this.#prometheus = prometheus;
  }

  /** Makes the workload, whose pods are asked for more than they can, and starts the three processes. */
  async start(): Promise<void> {
    const { plane, fleet } = this.#cluster;
    const { namespace } = this.#source;
    await plane.api.create("/api/v1/namespaces", { metadata: { name: namespace } });
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    await plane.api.create(deployments, deploymentOf(WORKLOAD, REPLICAS, { metricsPort: fleet.port }));
    fleet.limit(namespace, WORKLOAD, CAP_PER_SECOND);
    this.#kubeconfig = await serviceAccount(plane, namespace, { name: "tidemark", rules: KILLED_RULES });
    await eventually(`${REPLICAS} pods of ${namespace}`, async () => {
      const { status } = await plane.api.get<Deployment>(`${deployments}/${WORKLOAD}`);
      return status.readyReplicas === REPLICAS ? true : null;
    });
    const [reference, ...pair] = await Promise.all([
      this.#live(REFERENCE),
      this.#live(PAIR),
      this.#live(PAIR),
    ]);
    this.#reference = reference;
    this.#pair = pair;
  }

  load(requestsPerSecond: number): void {
    this.#cluster.fleet.load(this.#source.namespace, WORKLOAD, requestsPerSecond);
  }

  /** Kills these of the two at once, and starts them again as the kubelet does. */
  async kill(indexes: readonly number[]): Promise<void> {
    await this.look();
    const killed = indexes.flatMap((index) => this.#pair[index] ?? []);
    await Promise.all(killed.map(({ served }) => served.kill()));
    this.#ended.push(...killed);
    const lives = await Promise.all(indexes.map(() => this.#live(PAIR)));
    for (const [position, index] of indexes.entries()) {
      const life = lives[position];
      if (life !== undefined) this.#pair[index] = life;
    }
  }

  /** Takes down what everybody told since the last look. */
  async look(): Promise<void> {
    const policy = `${this.#source.namespace}/${POLICY}`;
    for (const { served, watched } of this.living) {
      await noteAnswers(watched, { http: served.http, policy, feltMs: MEMORY_MS });
    }
  }

  /** The pair as it lives now, and then the reference. */
  get living(): readonly Life[] {
    return [...this.#pair, ...(this.#reference === null ? [] : [this.#reference])];
  }

  get reference(): Life {
    if (this.#reference === null) throw new Error("nothing was started");
    return this.#reference;
  }

  /** All that the pair was, and is now. */
  get lives(): readonly Life[] {
    return [...this.#ended, ...this.#pair];
  }

  /** How many of the two say that they are ready to be asked. */
  async ready(): Promise<number> {
    const answers = await Promise.all(
      this.#pair.map(async ({ served }) => (await fetch(`http://${served.http}/readyz`)).status),
    );
    return answers.filter((status) => status === 200).length;
  }

  /** What each process learned that a pod completes at most; null = nothing. */
  caps(): Promise<readonly (number | null)[]> {
    return Promise.all(
      this.living.map(async ({ served }) => {
        const [, cap] = CAP.exec(await (await fetch(`http://${served.http}/metrics`)).text()) ?? [];
        return cap === undefined ? null : Number(cap);
      }),
    );
  }

  /** The checkpoint that the pair shares, as text; null = there is none. */
  async checkpoint(): Promise<string | null> {
    const path = `/api/v1/namespaces/${this.#source.namespace}/configmaps/${PAIR.checkpoint}`;
    const [data] = Object.values((await this.#cluster.plane.api.find<ConfigMap>(path))?.binaryData ?? {});
    return data === undefined ? null : gunzipSync(Buffer.from(data, "base64")).toString("utf8");
  }

  log(): string {
    return this.living.map(({ served }) => served.log()).join("\n");
  }

  async close(): Promise<void> {
    this.load(0);
    await Promise.all(this.living.map(({ served }) => served.kill()));
  }

  async #live(shared: Shared): Promise<Life> {
    const { namespace, configuration } = this.#source;
    const served = await serve({
      configuration: configuration({
        ...shared,
        prometheus: this.#prometheus,
        kubeconfig: this.#kubeconfig,
      }),
      policy: policyDocument({ namespace, min: 1, targetPerReplica: TARGET_PER_REPLICA }),
    });
    const watched = unwatched();
    const begins = (): readonly number[] => [Math.min(...watched.told.keys()), ...ledSince(served.log())];
    return { served, watched, begins };
  }
}

function ledSince(log: string): readonly number[] {
  return log
    .split("\n")
    .filter((line) => line.includes('"msg":"this process leads"'))
    .map((line) => Date.parse((JSON.parse(line) as { readonly time: string }).time));
}
