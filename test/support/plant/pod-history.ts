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
const P99: SeriesLabels = { ...LABELS, quantile: "0.99" };
const FAMILIES: readonly Family[] = [
  { name: "nv_inference_request_success", read: (counters) => counters.success },
  { name: "nv_inference_request_failure", read: () => 0 },
  { name: "nv_inference_count", read: (counters) => counters.success },
  { name: "nv_inference_exec_count", read: (counters) => counters.executions },
  { name: "nv_inference_request_duration_us", read: (counters) => micros(counters.requestSeconds) },
  { name: "nv_inference_queue_duration_us", read: (counters) => micros(counters.queueSeconds) },
  { name: "nv_inference_compute_input_duration_us", read: () => 0 },
  { name: "nv_inference_compute_infer_duration_us", read: (counters) => micros(counters.computeSeconds) },
  { name: "nv_inference_compute_output_duration_us", read: () => 0 },
  { name: "nv_inference_pending_request_count", read: (counters) => counters.pending },
];
const SUMMARY: Family = {
  name: "nv_inference_request_summary_us",
  read: ({ p99Seconds }) => micros(p99Seconds ?? 0),
  labels: P99,
};

type Family = {
  readonly name: string;
  readonly read: (counters: ReplicaCounters) => number;
  readonly labels?: SeriesLabels;
};

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
  readonly #families: readonly Family[];
  #values: number[][];

  constructor({ summaries }: { readonly summaries: boolean }) {
    this.#families = summaries ? [...FAMILIES, SUMMARY] : FAMILIES;
    this.#values = this.#families.map(() => []);
  }

  /** Keeps one attempt; null counters = it failed. */
  record(at: Instant, counters: ReplicaCounters | null): void {
    this.#scrapes.push({ at, up: counters !== null });
    if (counters === null) return;
    this.#times.push(at);
    this.#families.forEach(({ read }, index) => this.#values[index]?.push(read(counters)));
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
    const series = this.#families.map(
      ({ name, labels }, index): Series => ({
        family: name,
        labels: labels ?? LABELS,
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
