// How well requests were served, minute by minute.

import type { CompletionListener } from "./triton-replica.ts";

/** Counts of answered requests; a request is good if its latency is within the objective. */
export class Score {
  readonly listen: CompletionListener;
  readonly #good: Float64Array;
  readonly #all: Float64Array;

  constructor({
    objectiveSeconds,
    durationSeconds,
  }: { readonly objectiveSeconds: number; readonly durationSeconds: number }) {
    const minutes = Math.ceil(durationSeconds / 60) + 1;
    const good = new Float64Array(minutes);
    const all = new Float64Array(minutes);
    this.#good = good;
    this.#all = all;
    this.listen = (completedAt, latency) => {
      const minute = (completedAt / 60) | 0;
      all[minute] = (all[minute] ?? 0) + 1;
      if (latency <= objectiveSeconds) good[minute] = (good[minute] ?? 0) + 1;
    };
  }

  /** Returns the share of good requests among those answered from one minute up to (not in) another. */
  attainedRatio(fromMinute = 0, toMinute = this.#all.length): number {
    const sum = (counts: Float64Array): number =>
      counts.subarray(fromMinute, toMinute).reduce((total, count) => total + count, 0);
    return sum(this.#good) / sum(this.#all);
  }

  /** Returns the number (from 1) of the last minute in which less than `ratio` of the answers were good, 0 for none. */
  lastMinuteBelow(ratio: number): number {
    let last = 0;
    this.#all.forEach((count, minute) => {
      if (count > 0 && (this.#good[minute] ?? 0) < ratio * count) last = minute + 1;
    });
    return last;
  }
}
