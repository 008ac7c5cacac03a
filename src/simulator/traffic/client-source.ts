// The requests of one client, window by window.

import { assertNever } from "../../domain/assert.ts";
import type { RandomStream } from "../random/random-stream.ts";
import type { ArrivalSource } from "./arrival-source.ts";
import { EXPONENTIAL_GAPS, type GapLaw, gammaGaps, weibullGaps } from "./gap-law.ts";
import type { ClientWindow, TraceStretch } from "./trace-data.ts";

export type ClientOptions = {
  readonly windowSeconds: number;
  readonly stretch: TraceStretch;
  /** Each window's rate is so many times as high; its coefficient of variation stays. */
  readonly multiply: number;
  readonly random: RandomStream;
};

/**
 * A renewal process in each window, with that window's rate and law of gaps. Each begins in equilibrium, so that its
 * expected count is rate × length whatever the coefficient of variation. Source of the form: ServeGen (arXiv 2505.09999).
 */
export class ClientSource implements ArrivalSource {
  readonly #windows: readonly ClientWindow[];
  readonly #options: ClientOptions;
  #window = 0;
  #gaps: GapLaw = EXPONENTIAL_GAPS;
  #rate = 0;
  #end = 0;
  #next: number;

  constructor(windows: readonly ClientWindow[], options: ClientOptions) {
    this.#windows = windows;
    this.#options = options;
    this.#next = this.#enter();
  }

  /** Leaves batch dimensions alone. */
  fill(until: number, times: Float64Array): number {
    const { random } = this.#options;
    let count = 0;
    while (count < times.length && this.#next < until) {
      times[count] = this.#next;
      count += 1;
      this.#next += this.#gaps.next(random) / this.#rate;
      if (this.#next >= this.#end) this.#next = this.#enter();
    }
    return count;
  }

  /** Returns the first arrival of the next window that has one; infinity where none has. */
  #enter(): number {
    const { windowSeconds, stretch, multiply, random } = this.#options;
    while (this.#window < this.#windows.length) {
      const window = this.#windows[this.#window];
      this.#window += 1;
      if (window === undefined) break;
      const start = Math.max(window.startSeconds, stretch.startSeconds) - stretch.startSeconds;
      this.#end = Math.min(window.startSeconds + windowSeconds, stretch.endSeconds) - stretch.startSeconds;
      this.#rate = window.rate * multiply;
      if (start >= this.#end || this.#rate <= 0) continue;
      this.#gaps = gapsOf(window);
      const first = start + this.#gaps.first(random) / this.#rate;
      if (first < this.#end) return first;
    }
    return Number.POSITIVE_INFINITY;
  }
}

function gapsOf({ law, cv }: ClientWindow): GapLaw {
  switch (law) {
    case "exponential":
      return EXPONENTIAL_GAPS;
    case "gamma":
      return gammaGaps(cv);
    case "weibull":
      return weibullGaps(cv);
    default:
      return assertNever(law);
  }
}
