// The arrivals of several models as one sequence in order of time.

import type { ArrivalSource } from "../traffic/arrival-source.ts";

const BUFFER_LENGTH = 4096;

/** A cursor: `next` moves on to the next arrival before the time it is open until. Of equal times the first model's is first. */
export class ArrivalQueue {
  /** The arrival it stands on: seconds since the scenario's start, index of the model, batch dimension. */
  at = 0;
  model = 0;
  batch = 0;
  readonly #inputs: readonly ArrivalInput[];
  #until = 0;

  constructor(sources: readonly ArrivalSource[]) {
    this.#inputs = sources.map((source) => new ArrivalInput(source));
  }

  /** Lets arrivals before `until` through. */
  open(until: number): void {
    this.#until = until;
    for (const input of this.#inputs) input.open(until);
  }

  /** Moves on. Returns whether there was an arrival. */
  next(): boolean {
    let first: ArrivalInput | undefined;
    for (const [model, input] of this.#inputs.entries()) {
      if (input.at >= (first?.at ?? this.#until)) continue;
      first = input;
      this.model = model;
    }
    if (first === undefined) return false;
    this.at = first.at;
    this.batch = first.batch;
    first.advance();
    return true;
  }
}

/** One source with its buffer. */
class ArrivalInput {
  at = Number.POSITIVE_INFINITY;
  batch = 1;
  readonly #source: ArrivalSource;
  readonly #times = new Float64Array(BUFFER_LENGTH);
  readonly #batches = new Uint16Array(BUFFER_LENGTH);
  #until = 0;
  #length = 0;
  #place = 0;
  #isExhausted = true;

  constructor(source: ArrivalSource) {
    this.#source = source;
  }

  open(until: number): void {
    this.#until = until;
    this.#isExhausted = false;
    if (this.at === Number.POSITIVE_INFINITY) this.#read();
  }

  advance(): void {
    this.#place += 1;
    this.#read();
  }

  #read(): void {
    if (this.#place === this.#length && !this.#isExhausted) this.#fill();
    const hasOne = this.#place < this.#length;
    this.at = hasOne ? (this.#times[this.#place] ?? 0) : Number.POSITIVE_INFINITY;
    this.batch = this.#batches[this.#place] ?? 1;
  }

  #fill(): void {
    this.#length = this.#source.fill(this.#until, this.#times, this.#batches);
    this.#place = 0;
    this.#isExhausted = this.#length < BUFFER_LENGTH;
  }
}
