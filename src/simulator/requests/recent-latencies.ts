// The request durations of the last minute on one server, as its summaries show them.

import { LatencyHistogram } from "./latency-histogram.ts";

/** The client library's window: a minute in five parts, of which the oldest is dropped as a whole. */
const PART_SECONDS = 12;
const PARTS = 5;
/** The quantiles that are shown, in this order. */
export const SUMMARY_QUANTILES: readonly number[] = [0.5, 0.9, 0.95, 0.99];

/** Quantiles of nv_inference_request_summary_us: pairs of a quantile and its microseconds, NaN of no request. */
export type LatencyQuantiles = readonly (readonly [quantile: number, micros: number])[];

/** Times are seconds since the scenario's start and never go back. */
export class RecentLatencies {
  readonly #parts: { index: number; readonly histogram: LatencyHistogram }[] = [];
  readonly #together = new LatencyHistogram();

  /** Counts a request that took so long and was answered at `at`. */
  add(seconds: number, at: number): void {
    const index = Math.floor(at / PART_SECONDS);
    let part = this.#parts.at(-1);
    if (part?.index !== index) part = this.#nextPart(index);
    part.histogram.add(seconds);
  }

  /** Returns the quantiles as of `now`. */
  quantiles(now: number): LatencyQuantiles {
    const oldest = Math.floor(now / PART_SECONDS) - PARTS;
    const together = this.#together;
    together.clear();
    for (const { index, histogram } of this.#parts) if (index > oldest) together.merge(histogram);
    return SUMMARY_QUANTILES.map((quantile) => [
      quantile,
      Math.round((together.quantile(quantile) ?? Number.NaN) * 1e6),
    ]);
  }

  /** The oldest part is used again: thousands of servers would else leave a histogram each twelve seconds. */
  #nextPart(index: number): { index: number; readonly histogram: LatencyHistogram } {
    const part = (this.#parts.length < PARTS ? undefined : this.#parts.shift()) ?? {
      index,
      histogram: new LatencyHistogram(),
    };
    part.index = index;
    part.histogram.clear();
    this.#parts.push(part);
    return part;
  }
}
