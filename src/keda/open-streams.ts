// All open streams of all callers: how many there may be, how old they may get, and how they end together.

import { type Millis, millis } from "../domain/units.ts";
import type { Timers } from "./timers.ts";

export interface OpenStream {
  /** Ends the stream with OK. */
  end(): void;
}

/** The share of the greatest age over which ends are spread, so that streams opened together do not end together. */
const AGE_SPREAD_RATIO = 0.2;
/** Multiples of it fill the unit interval evenly, in whatever number they come. */
const GOLDEN_RATIO = 0.618_033_988_749_895;

export class OpenStreams {
  readonly #streamsMax: number;
  readonly #ageMax: Millis;
  readonly #timers: Timers;
  readonly #changed: (open: number) => void;
  readonly #callOff = new Map<OpenStream, () => void>();
  #opened = 0;
  #closing = false;

  constructor({
    streamsMax,
    ageMax,
    timers,
    changed,
  }: {
    readonly streamsMax: number;
    readonly ageMax: Millis;
    readonly timers: Timers;
    readonly changed: (open: number) => void;
  }) {
    this.#streamsMax = streamsMax;
    this.#ageMax = ageMax;
    this.#timers = timers;
    this.#changed = changed;
  }

  /** Returns whether `stream` may open; one that may not must be refused by the caller. */
  admit(stream: OpenStream): boolean {
    if (this.#callOff.size >= this.#streamsMax) return false;
    this.#opened += 1;
    const spread = (this.#opened * GOLDEN_RATIO) % 1;
    const age = millis(this.#ageMax * (1 - AGE_SPREAD_RATIO * spread));
    const end = (): void => {
      stream.end();
    };
    this.#callOff.set(stream, this.#timers.start(this.#closing ? millis(0) : age, end));
    this.#changed(this.#callOff.size);
    return true;
  }

  /** Forgets a stream that has ended, by whomever; harmless if repeated. */
  release(stream: OpenStream): void {
    const callOff = this.#callOff.get(stream);
    if (callOff === undefined) return;
    callOff();
    this.#callOff.delete(stream);
    this.#changed(this.#callOff.size);
  }

  /** Ends all streams with OK, and from now on every new one at once. */
  endAll(): void {
    this.#closing = true;
    for (const stream of this.#callOff.keys()) stream.end();
  }
}
