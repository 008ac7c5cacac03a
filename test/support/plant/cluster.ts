// A workload of Triton pods behind a round-robin balancer: starts take their time, ends finish their queue.

import { logNormal, type RandomStream } from "./random.ts";
import { type CompletionListener, type ServiceShape, TritonReplica } from "./triton-replica.ts";

/** How long a pod takes from being asked for until it serves. */
export type StartupTimes = { readonly medianSeconds: number; readonly spread: number };

export type Pod = {
  readonly name: string;
  /** Null = it was there from the beginning. */
  readonly createdAt: number | null;
  readonly readyAt: number;
  readonly server: TritonReplica;
  phase: "starting" | "ready" | "draining" | "gone";
};

export type ClusterSettings = {
  readonly initialReplicas: number;
  readonly shape: ServiceShape;
  readonly startup: StartupTimes;
  readonly random: RandomStream;
  /** Whether the servers publish latency quantiles. */
  readonly summaries: boolean;
  readonly onCompletion: CompletionListener;
};

/** The pods of one workload. Times are seconds since the start of the run and never go back. */
export class Cluster {
  readonly #settings: ClusterSettings;
  readonly #pods: Pod[] = [];
  #ready: Pod[] = [];
  #desired: number;
  #created = 0;
  #nextPod = 0;
  #billedUntil = 0;
  #podSeconds = 0;
  #refused = 0;

  constructor(settings: ClusterSettings) {
    this.#settings = settings;
    this.#desired = settings.initialReplicas;
    for (let index = 0; index < settings.initialReplicas; index += 1) this.#create(null, 0);
    this.#refreshReady();
  }

  /** Returns all pods that exist: starting, ready or draining. */
  pods(): readonly Pod[] {
    return this.#pods;
  }

  desired(): number {
    return this.#desired;
  }

  ready(): number {
    return this.#ready.length;
  }

  /** Returns the hours that pods have existed, summed, as of the last `advance`. */
  podHours(): number {
    return this.#podSeconds / 3600;
  }

  /** Returns the requests that found no ready pod. */
  refused(): number {
    return this.#refused;
  }

  /** Returns the time of the next start that completes, infinite where none is under way. */
  nextReadyAt(): number {
    return Math.min(
      ...this.#pods.map((pod) => (pod.phase === "starting" ? pod.readyAt : Number.POSITIVE_INFINITY)),
    );
  }

  /** Sends a request to the next ready pod. */
  dispatch(at: number): void {
    const ready = this.#ready;
    if (this.#nextPod >= ready.length) this.#nextPod = 0;
    const pod = ready[this.#nextPod];
    this.#nextPod += 1;
    if (pod === undefined) this.#refused += 1;
    else pod.server.receive(at);
  }

  /** Brings phases to `at`: completed starts serve, drained pods go. */
  advance(at: number): void {
    this.#bill(at);
    let changed = false;
    for (const pod of this.#pods) {
      if (pod.phase === "starting" && pod.readyAt <= at) {
        pod.phase = "ready";
        changed = true;
      } else if (pod.phase === "draining") {
        pod.server.advance(at);
        if (pod.server.isEmpty()) {
          pod.phase = "gone";
          changed = true;
        }
      }
    }
    if (changed) this.#refreshReady();
  }

  /** Asks for a number of replicas: new pods start; starting ones end first, then the newest ready ones drain. */
  scaleTo(desired: number, at: number): void {
    this.#desired = desired;
    const active = this.#pods.filter((pod) => pod.phase === "starting" || pod.phase === "ready");
    for (let missing = desired - active.length; missing > 0; missing -= 1) {
      const { medianSeconds, spread } = this.#settings.startup;
      this.#create(at, at + logNormal(this.#settings.random, { median: medianSeconds, spread }));
    }
    const byRank = active.toSorted((left, right) => rank(left) - rank(right) || right.readyAt - left.readyAt);
    for (const pod of byRank.slice(0, Math.max(0, active.length - desired))) {
      pod.phase = pod.phase === "starting" ? "gone" : "draining";
    }
    this.#refreshReady();
  }

  #create(createdAt: number | null, readyAt: number): void {
    const { shape, summaries, onCompletion } = this.#settings;
    const name = `triton-7d9f8c-${this.#created.toString(36).padStart(5, "0")}`;
    const phase = createdAt === null ? "ready" : "starting";
    this.#pods.push({
      name,
      createdAt,
      readyAt,
      server: new TritonReplica(shape, { summaries, onCompletion }),
      phase,
    });
    this.#created += 1;
  }

  #bill(at: number): void {
    this.#podSeconds += this.#pods.length * (at - this.#billedUntil);
    this.#billedUntil = at;
  }

  #refreshReady(): void {
    const left = this.#pods.filter((pod) => pod.phase !== "gone");
    this.#pods.splice(0, this.#pods.length, ...left);
    this.#ready = left.filter((pod) => pod.phase === "ready");
  }
}

function rank(pod: Pod): number {
  return pod.phase === "starting" ? 0 : 1;
}
