// A rate limit: so many at once, then so many a second.

import type { Timers } from "./timers.ts";

/** Holds at most `burst` tokens and gains `perSecond`; starts full. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #timers: Timers;
  #tokens: number;
  #filledMs: number;

  constructor({
    perSecond,
    burst,
    timers,
  }: { readonly perSecond: number; readonly burst: number; readonly timers: Timers }) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#timers = timers;
    this.#tokens = burst;
    this.#filledMs = timers.elapsedMs();
  }

  /** Takes one token; returns false where there is none. */
  take(): boolean {
    if (this.#tokens < 1) this.#fill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Time is looked at only when the tokens have run out: it is the dear part of a call to `take`. */
  #fill(): void {
    const nowMs = this.#timers.elapsedMs();
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#filledMs) * this.#perMs);
    this.#filledMs = nowMs;
  }
}
