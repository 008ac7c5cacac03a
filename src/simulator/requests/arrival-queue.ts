// The arrivals of several models as one sequence in order of time.

import type { ArrivalSource } from "../traffic/arrival-source.ts";
import type { Arrival } from "../triton/plane-server.ts";

const BUFFER_LENGTH = 4096;

/** A cursor: `next` moves on to the next arrival before `until`. Of equal times the first model's is first. */
export class ArrivalQueue implements Arrival {
  /** The arrival it stands on. */
  at = 0;
  model = 0;
  batch = 0;
  /** For whoever keeps a table. */
  row = 0;
  readonly #inputs: readonly ArrivalInput[];
  readonly #only: ArrivalInput | undefined;
  #until = 0;

  constructor(sources: readonly ArrivalSource[]) {
    this.#inputs = sources.map((source, model) => new ArrivalInput(source, model));
    this.#only = this.#inputs.length === 1 ? this.#inputs[0] : undefined;
  }

  /** Lets arrivals before `until` through. */
  open(until: number): void {
    this.#until = until;
  }

  /** Moves on. Returns whether there was an arrival. */
  next(): boolean {
    const input = this.#only ?? this.#earliest();
    if (input === undefined || input.at >= this.#until) return false;
    this.at = input.at;
    this.batch = input.batch;
    this.model = input.model;
    input.advance();
    return true;
  }

  #earliest(): ArrivalInput | undefined {
    let first: ArrivalInput | undefined;
    for (const input of this.#inputs) if (first === undefined || input.at < first.at) first = input;
    return first;
  }
}

/** One source with what was read ahead of it. */
class ArrivalInput {
  readonly model: number;
  at = 0;
  batch = 1;
  readonly #source: ArrivalSource;
  readonly #times = new Float64Array(BUFFER_LENGTH);
  readonly #batches = new Uint16Array(BUFFER_LENGTH);
  #length = BUFFER_LENGTH;
  #place = BUFFER_LENGTH - 1;

  constructor(source: ArrivalSource, model: number) {
    this.#source = source;
    this.model = model;
    this.advance();
  }

  advance(): void {
    this.#place += 1;
    if (this.#place >= this.#length) this.#fill();
    this.at = this.#place < this.#length ? (this.#times[this.#place] ?? 0) : Number.POSITIVE_INFINITY;
    this.batch = this.#batches[this.#place] ?? 1;
  }

  #fill(): void {
    // A buffer that was not filled was the last.
    const isLast = this.#length < BUFFER_LENGTH;
    this.#length = isLast ? 0 : this.#source.fill(Number.POSITIVE_INFINITY, this.#times, this.#batches);
    this.#place = 0;
  }
}
