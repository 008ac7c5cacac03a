// Since when the past is known without a gap: what appears right after a gap was not born there.

import { type Instant, instant, type Millis } from "../../domain/units.ts";

/** This many scrape intervals without a single sample of anything are a gap of Prometheus itself. */
const GAP_INTERVALS = 3;

export class Continuity {
  readonly #interval: Millis;
  readonly #keep: Millis;
  readonly #seen = new Set<number>();
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
      this.#seen.add(slot);
      this.#newest = Math.max(this.#newest, slot);
    }
    this.#last = null;
  }

  /** Returns since when, seen from `at`, samples have come without a gap; at most `keep` back; null = none at all. */
  since(at: Instant): Instant | null {
    if (this.#last === null || this.#last.at !== at) this.#last = { at, since: this.#find(at) };
    return this.#last.since;
  }

  /** Returns up to when, seen from `at`, samples have come, to within an interval; `at` itself where there are none. */
  until(at: Instant): Instant {
    const oldest = Math.floor((at - this.#keep) / this.#interval);
    for (let slot = Math.min(this.#newest, Math.floor(at / this.#interval)); slot >= oldest; slot -= 1) {
      if (this.#seen.has(slot)) return instant(Math.min(at, (slot + 1) * this.#interval));
    }
    return at;
  }

  /** Forgets what is too old. */
  forget(now: Instant): void {
    const oldest = Math.floor((now - 2 * this.#keep) / this.#interval);
    for (const slot of this.#seen) if (slot < oldest) this.#seen.delete(slot);
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
