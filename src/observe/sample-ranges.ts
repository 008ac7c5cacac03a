// Which samples of a series belong to a window (rule 6 of the decision semantics).

import { before, type Instant, type Millis } from "../domain/units.ts";
import { countUntil, type Window, windowStart } from "./window.ts";

/** Indices: the window's samples are [inside, end); `first` is the sample before them if it is near enough, else inside. */
export type SampleRange = { readonly first: number; readonly inside: number; readonly end: number };

/** Finds ranges and remembers the last one: the series of a scrape share their times, and are asked for in turn. */
export class SampleRanges {
  readonly #maxAge: Millis;
  #times: readonly Instant[] | null = null;
  #window: Window | null = null;
  #range: SampleRange = { first: 0, inside: 0, end: 0 };

  /** A sample at or before a window's start belongs to it if it is at most `maxAge` older than the start. */
  constructor(maxAge: Millis) {
    this.#maxAge = maxAge;
  }

  /** Returns the range of the window in ascending times. */
  of(times: readonly Instant[], window: Window): SampleRange {
    const known = this.#window;
    if (times === this.#times && known?.at === window.at && known.span === window.span) return this.#range;
    const start = windowStart(window);
    const inside = countUntil(times, start);
    const base = times[inside - 1];
    const first = base !== undefined && base >= before(start, this.#maxAge) ? inside - 1 : inside;
    this.#range = { first, inside, end: countUntil(times, window.at) };
    this.#times = times;
    this.#window = window;
    return this.#range;
  }
}
