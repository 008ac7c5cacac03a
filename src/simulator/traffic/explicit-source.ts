// The arrivals of a trace as they are.

import type { ArrivalSource } from "./arrival-source.ts";
import { firstAtOrAfter } from "./cells.ts";
import type { ArrivalsTrace, TraceStretch } from "./trace-data.ts";

/** Plays one stretch of a trace; times are moved to the scenario's start and otherwise untouched. */
export class ExplicitSource implements ArrivalSource {
  readonly #trace: ArrivalsTrace;
  readonly #startSeconds: number;
  readonly #end: number;
  #index: number;

  constructor(trace: ArrivalsTrace, { startSeconds, endSeconds }: TraceStretch) {
    this.#trace = trace;
    this.#startSeconds = startSeconds;
    this.#index = firstAtOrAfter(trace.times, startSeconds);
    this.#end = firstAtOrAfter(trace.times, endSeconds);
  }

  /** Writes batch dimensions where the trace has them; leaves them alone else. */
  fill(until: number, times: Float64Array, batches: Uint16Array): number {
    const { times: from, batches: fromBatches } = this.#trace;
    const first = this.#index;
    const last = Math.min(this.#end, first + times.length);
    let index = first;
    for (; index < last; index += 1) {
      const time = (from[index] ?? 0) - this.#startSeconds;
      if (time >= until) break;
      times[index - first] = time;
      if (fromBatches !== null) batches[index - first] = fromBatches[index] ?? 1;
    }
    this.#index = index;
    return index - first;
  }
}
