// What a metrics source has kept of one pod: scrape attempts and raw samples, trimmed to a span.

import type { PodSamples, Scrape, Series, SeriesLabels } from "../../../src/domain/samples.ts";
import type { Instant } from "../../../src/domain/units.ts";
import type { ReplicaCounters } from "./triton-replica.ts";

const LABELS: SeriesLabels = {
  model: "shape-c",
  version: "1",
  gpuUuid: null,
  reason: null,
  quantile: null,
  le: null,
};
const FAMILIES: readonly (readonly [string, (counters: ReplicaCounters) => number])[] = [
  ["nv_inference_request_success", (counters) => counters.success],
  ["nv_inference_request_failure", () => 0],
  ["nv_inference_count", (counters) => counters.success],
  ["nv_inference_exec_count", (counters) => counters.executions],
  ["nv_inference_request_duration_us", (counters) => micros(counters.requestSeconds)],
  ["nv_inference_queue_duration_us", (counters) => micros(counters.queueSeconds)],
  ["nv_inference_compute_input_duration_us", () => 0],
  ["nv_inference_compute_infer_duration_us", (counters) => micros(counters.computeSeconds)],
  ["nv_inference_compute_output_duration_us", () => 0],
  ["nv_inference_pending_request_count", (counters) => counters.pending],
];

/** What else is known of the pod when its samples are handed over. */
export type PodStanding = {
  readonly pod: string;
  readonly appearedAt: Instant | null;
  readonly ready: boolean;
};

/** The samples of one pod, oldest first. */
export class PodHistory {
  #scrapes: Scrape[] = [];
  #times: Instant[] = [];
  #values: number[][] = FAMILIES.map(() => []);

  /** Keeps one attempt; null counters = it failed. */
  record(at: Instant, counters: ReplicaCounters | null): void {
    this.#scrapes.push({ at, up: counters !== null });
    if (counters === null) return;
    this.#times.push(at);
    FAMILIES.forEach(([, read], index) => this.#values[index]?.push(read(counters)));
  }

  /** Forgets what lies before `since`. */
  trim(since: Instant): void {
    this.#scrapes = this.#scrapes.filter((scrape) => scrape.at >= since);
    const old = this.#times.filter((at) => at < since).length;
    if (old === 0) return;
    this.#times = this.#times.slice(old);
    this.#values = this.#values.map((values) => values.slice(old));
  }

  /** Returns whether nothing is kept. */
  isEmpty(): boolean {
    return this.#scrapes.length === 0;
  }

  /** Returns everything kept up to `at`. */
  samples(at: Instant, { pod, appearedAt, ready }: PodStanding): PodSamples {
    const count = this.#times.filter((time) => time <= at).length;
    const times = this.#times.slice(0, count);
    const series = FAMILIES.map(
      ([family], index): Series => ({
        family,
        labels: LABELS,
        times,
        values: (this.#values[index] ?? []).slice(0, count),
      }),
    );
    const scrapes = this.#scrapes.filter((scrape) => scrape.at <= at);
    return { pod, appearedAt, ready, expected: ready, scrapes, series: count === 0 ? [] : series };
  }
}

function micros(seconds: number): number {
  return Math.round(seconds * 1e6);
}
