// What the activation query gave at each tick, as the metrics source keeps it.

import type { QuerySamples } from "../../domain/samples.ts";
import { before, type Instant, type Millis } from "../../domain/units.ts";
import { countUntil } from "../../observe/window.ts";

/** Old results go when there are so many of them. */
const LEAST_TRIMMED = 1024;

export class ActivationHistory {
  readonly #keep: Millis;
  #times: Instant[] = [];
  #values: number[] = [];
  #trimmedAt = LEAST_TRIMMED;

  /** Keeps at least the last `keep`. */
  constructor(keep: Millis) {
    this.#keep = keep;
  }

  /** Keeps a result, later than those before. */
  record(at: Instant, value: number): void {
    this.#times.push(at);
    this.#values.push(value);
    if (this.#times.length < this.#trimmedAt) return;
    const old = countUntil(this.#times, before(at, this.#keep));
    this.#times = this.#times.slice(old);
    this.#values = this.#values.slice(old);
    this.#trimmedAt = Math.max(LEAST_TRIMMED, 2 * this.#times.length);
  }

  /** Returns the results in (at − span, at]. */
  samples(at: Instant, span: Millis): QuerySamples {
    const first = countUntil(this.#times, before(at, span));
    const end = countUntil(this.#times, at);
    return { times: this.#times.slice(first, end), values: this.#values.slice(first, end) };
  }
}
