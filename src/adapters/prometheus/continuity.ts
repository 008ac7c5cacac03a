// Since when the past is known without a gap: what appears right after a gap was not born there.

import { type Instant, instant, type Millis } from "../../domain/units.ts";

/** This many scrape intervals without a single sample of anything are a gap of Prometheus itself. */
const GAP_INTERVALS = 3;

export class Continuity {
  readonly #interval: Millis;
  readonly #keep: Millis;
  /** By the interval that it is in, counted from the epoch: the newest sample. */
  readonly #seen = new Map<number, Instant>();
  #newest = Number.NEGATIVE_INFINITY;
  #last: { readonly at: Instant; readonly since: Instant | null } | null = null;

  constructor({ interval, keep }: { readonly interval: Millis; readonly keep: Millis }) {
    this.#interval = interval;
    this.#keep = keep;
  }

  /** Takes in when samples were made. */
  seen(times: readonly Instant[]): void {
    for (const time of times) {
      const slot = Math.floor(time / this.#interval);
      if (time > (this.#seen.get(slot) ?? Number.NEGATIVE_INFINITY)) this.#seen.set(slot, time);
      this.#newest = Math.max(this.#newest, slot);
    }
    this.#last = null;
  }

  /** Returns since when, seen from `at`, samples have come without a gap; at most `keep` back; null = none at all. */
  since(at: Instant): Instant | null {
    if (this.#last === null || this.#last.at !== at) this.#last = { at, since: this.#find(at) };
    return this.#last.since;
  }

  /** Returns when, seen from `at`, the newest sample of anything was made; `at` itself where there is none. */
  until(at: Instant): Instant {
    const oldest = Math.floor((at - this.#keep) / this.#interval);
    for (let slot = Math.min(this.#newest, Math.floor(at / this.#interval)); slot >= oldest; slot -= 1) {
      const newest = this.#seen.get(slot);
      if (newest !== undefined) return newest < at ? newest : at;
    }
    return at;
  }

  /** Forgets what is too old. */
  forget(now: Instant): void {
    const oldest = Math.floor((now - 2 * this.#keep) / this.#interval);
    for (const slot of this.#seen.keys()) if (slot < oldest) this.#seen.delete(slot);
  }

  #find(at: Instant): Instant | null {
    const oldest = Math.floor((at - this.#keep) / this.#interval);
    let first: number | null = null;
    for (let slot = Math.min(this.#newest, Math.floor(at / this.#interval)); slot >= oldest; slot -= 1) {
      if (this.#seen.has(slot)) first = slot;
      else if (first !== null && first - slot > GAP_INTERVALS) break;
    }
    return first === null ? null : instant(first * this.#interval);
  }
}
