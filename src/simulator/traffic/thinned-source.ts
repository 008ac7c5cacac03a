// A share of a source's arrivals, picked at random.

import type { RandomStream } from "../random/random-stream.ts";
import type { ArrivalSource } from "./arrival-source.ts";

/** Keeps each arrival with the same probability, independently of all others. */
export class ThinnedSource implements ArrivalSource {
  readonly #source: ArrivalSource;
  readonly #keepRatio: number;
  readonly #random: RandomStream;

  constructor(source: ArrivalSource, keepRatio: number, random: RandomStream) {
    this.#source = source;
    this.#keepRatio = keepRatio;
    this.#random = random;
  }

  fill(until: number, times: Float64Array, batches: Uint16Array): number {
    let kept = 0;
    while (kept < times.length) {
      const [restTimes, restBatches] = [times.subarray(kept), batches.subarray(kept)];
      const offered = this.#source.fill(until, restTimes, restBatches);
      const room = restTimes.length;
      kept += this.#keep(restTimes, restBatches, offered);
      if (offered < room) break;
    }
    return kept;
  }

  /** Moves those that are kept to the front and returns how many they are. */
  #keep(times: Float64Array, batches: Uint16Array, offered: number): number {
    let kept = 0;
    for (let index = 0; index < offered; index += 1) {
      if (this.#random.uniform() >= this.#keepRatio) continue;
      times[kept] = times[index] ?? 0;
      batches[kept] = batches[index] ?? 0;
      kept += 1;
    }
    return kept;
  }
}
