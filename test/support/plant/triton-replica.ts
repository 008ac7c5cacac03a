// One Triton server with one model instance and dynamic batching: batches fill while it executes, first come first served.

import { LatencySummary } from "./latency-summary.ts";

/** How long one execution takes, whatever its size, and how many requests fit in it. */
export type ServiceShape = { readonly executionSeconds: number; readonly maxBatch: number };

/** What a server does besides serving. */
export type ServerOptions = { readonly summaries: boolean; readonly onCompletion: CompletionListener };

/** Is told of every answered request, with times in seconds. */
export type CompletionListener = (completedAt: number, latencySeconds: number) => void;

/** What the server's metrics say: cumulative since its start, all written at completion but for the pending gauge. */
export type ReplicaCounters = {
  readonly success: number;
  readonly executions: number;
  readonly pending: number;
  readonly requestSeconds: number;
  readonly queueSeconds: number;
  readonly computeSeconds: number;
  /** The 99th percentile of the last minute; null where summaries are switched off. */
  readonly p99Seconds: number | null;
};

const FIRST_CAPACITY = 256;

/**
 * A server simulated batch by batch. Requests are numbered from 0 in order of arrival: those below `completed` are
 * answered, those below `started` are answered or executing, those below `arrived` have come.
 */
export class TritonReplica {
  readonly #shape: ServiceShape;
  readonly #onCompletion: CompletionListener;
  readonly #summary: LatencySummary | null;
  #arrivalTimes = new Float64Array(FIRST_CAPACITY);
  #arrived = 0;
  #started = 0;
  #completed = 0;
  #batchStartedAt = 0;
  #freeAt = 0;
  #executions = 0;
  #requestSeconds = 0;
  #queueSeconds = 0;

  constructor(shape: ServiceShape, { summaries, onCompletion }: ServerOptions) {
    this.#shape = shape;
    this.#onCompletion = onCompletion;
    this.#summary = summaries ? new LatencySummary() : null;
  }

  /** Takes a request; times never decrease. */
  receive(at: number): void {
    if (this.#arrived - this.#completed === this.#arrivalTimes.length) this.#grow();
    this.#arrivalTimes[this.#arrived & (this.#arrivalTimes.length - 1)] = at;
    this.#arrived += 1;
  }

  /** Brings the server to `at`, which must not lie before an arrival that it has received. */
  advance(at: number): void {
    for (;;) {
      if (this.#started > this.#completed) {
        if (this.#freeAt > at) return;
        this.#complete();
      }
      if (this.#started === this.#arrived) return;
      this.#startBatch();
    }
  }

  /** Returns whether nothing waits or executes, as of the last `advance`. */
  isEmpty(): boolean {
    return this.#completed === this.#arrived;
  }

  /** Returns the metrics at `at`, which must be the time of the last `advance`. */
  counters(at: number): ReplicaCounters {
    return {
      success: this.#completed,
      executions: this.#executions,
      pending: this.#arrived - this.#started,
      requestSeconds: this.#requestSeconds,
      queueSeconds: this.#queueSeconds,
      computeSeconds: this.#completed * this.#shape.executionSeconds,
      p99Seconds: this.#summary?.quantile(0.99, at) ?? null,
    };
  }

  #startBatch(): void {
    const times = this.#arrivalTimes;
    const mask = times.length - 1;
    const start = Math.max(this.#freeAt, times[this.#started & mask] ?? 0);
    const end = Math.min(this.#arrived, this.#started + this.#shape.maxBatch);
    let next = this.#started + 1;
    while (next < end && (times[next & mask] ?? 0) <= start) next += 1;
    this.#started = next;
    this.#batchStartedAt = start;
    this.#freeAt = start + this.#shape.executionSeconds;
  }

  #complete(): void {
    const times = this.#arrivalTimes;
    const mask = times.length - 1;
    for (let index = this.#completed; index < this.#started; index += 1) {
      const arrivedAt = times[index & mask] ?? 0;
      this.#queueSeconds += this.#batchStartedAt - arrivedAt;
      this.#requestSeconds += this.#freeAt - arrivedAt;
      this.#onCompletion(this.#freeAt, this.#freeAt - arrivedAt);
      this.#summary?.record(this.#freeAt, this.#freeAt - arrivedAt);
    }
    this.#completed = this.#started;
    this.#executions += 1;
  }

  #grow(): void {
    const old = this.#arrivalTimes;
    const grown = new Float64Array(old.length * 2);
    for (let index = this.#completed; index < this.#arrived; index += 1) {
      grown[index & (grown.length - 1)] = old[index & (old.length - 1)] ?? 0;
    }
    this.#arrivalTimes = grown;
  }
}
