// The arrivals of several models as one sequence in order of time.

import type { ArrivalSource } from "../traffic/arrival-source.ts";

const BUFFER_LENGTH = 4096;

/** Arrivals of one model that follow one another: in columns, the places from `from` up to, not in, `to`. */
export type ArrivalRun = {
  readonly model: number;
  /** Seconds since the scenario's start, at the balancer. */
  readonly times: Float64Array;
  /** Batch dimensions. */
  readonly batches: Uint16Array;
  /** The row of the first in the table of all requests, where one is kept; the others follow. */
  row: number;
  readonly from: number;
  readonly to: number;
};

/** Hands out runs in the order of time. Of equal times the first model's is first. */
export class ArrivalQueue {
  readonly #inputs: readonly ReadAhead[];

  constructor(sources: readonly ArrivalSource[]) {
    this.#inputs = sources.map((source, model) => new ReadAhead(source, model));
  }

  /** Returns the next run of arrivals before `until`, null where there is none; it holds until the next call. */
  next(until: number): ArrivalRun | null {
    let first: ReadAhead | null = null;
    let others = until;
    for (const input of this.#inputs) {
      input.read();
      if (first === null || input.head < first.head) {
        others = Math.min(others, first?.head ?? others);
        first = input;
      } else others = Math.min(others, input.head);
    }
    if (first === null || first.head >= until) return null;
    first.take(others);
    return first;
  }
}

/** One source with what was read ahead of it. */
class ReadAhead implements ArrivalRun {
  readonly times = new Float64Array(BUFFER_LENGTH);
  readonly batches = new Uint16Array(BUFFER_LENGTH);
  readonly model: number;
  row = 0;
  from = 0;
  to = BUFFER_LENGTH;
  /** The time of the first arrival behind the run, infinite where none is left. */
  head = 0;
  readonly #source: ArrivalSource;
  #length = BUFFER_LENGTH;

  constructor(source: ArrivalSource, model: number) {
    this.#source = source;
    this.model = model;
  }

  /** Looks at what follows the run. */
  read(): void {
    // A buffer that was not filled was the last.
    if (this.to === BUFFER_LENGTH) {
      this.#length = this.#source.fill(Number.POSITIVE_INFINITY, this.times, this.batches);
      this.to = 0;
    }
    this.head = this.to < this.#length ? (this.times[this.to] ?? 0) : Number.POSITIVE_INFINITY;
  }

  /** Moves on to the run that begins with the next arrival and holds those behind it that come before `until`. */
  take(until: number): void {
    const { times } = this;
    const length = this.#length;
    let to = this.to + 1;
    if ((times[length - 1] ?? until) < until) to = length;
    while (to < length && (times[to] ?? until) < until) to += 1;
    this.from = this.to;
    this.to = to;
  }
}
