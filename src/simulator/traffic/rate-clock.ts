// Turns expected arrivals into time, and back, under rates that are linear piece by piece.

import type { RatePhase } from "../../domain/scenario.ts";

/**
 * Walks through phases by their mass, the expected number of arrivals: whatever lies evenly in mass comes at the
 * phases' rate in time. Exact within ramps: mass m is reached u seconds into a phase of rate a + s·u where
 * u = 2m ÷ (a + √(a² + 2·s·m)).
 */
export class RateClock {
  readonly #phases: readonly RatePhase[];
  #index = 0;
  #start = 0;
  #seconds = 0;
  #from = 0;
  #slope = 0;
  #mass = 0;
  /** Mass of the phase that has gone by. */
  #done = 0;
  /** Rounding must not let an arrival come before the one before it. */
  #last = 0;

  constructor(phases: readonly RatePhase[]) {
    this.#phases = phases;
    this.#load();
  }

  /**
   * Returns the time at which `mass` more has gone by, and is there then. Infinity where the phases end before, or
   * `limit` comes first: it is at `limit` then and the rest is forgotten.
   */
  after(mass: number, limit = Number.POSITIVE_INFINITY): number {
    let rest = mass;
    while (this.#index < this.#phases.length) {
      const reached = this.#done + rest;
      const inside = reached < this.#mass;
      const seconds = inside ? Math.min(this.#secondsAt(reached), this.#seconds) : this.#seconds;
      const time = Math.max(this.#last, this.#start + seconds);
      if (time >= limit) {
        this.skipTo(limit);
        return Number.POSITIVE_INFINITY;
      }
      if (inside) {
        this.#done = reached;
        this.#last = time;
        return time;
      }
      rest = reached - this.#mass;
      this.#enterNext();
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Moves on to a time, not before the present one; returns whether a phase is left there. */
  skipTo(time: number): boolean {
    while (this.#index < this.#phases.length && time >= this.#start + this.#seconds) this.#enterNext();
    if (this.#index >= this.#phases.length) return false;
    const into = time - this.#start;
    this.#done = Math.max(this.#done, into * (this.#from + (this.#slope * into) / 2));
    return true;
  }

  #secondsAt(mass: number): number {
    if (this.#slope === 0) return mass / this.#from;
    const root = Math.sqrt(Math.max(0, this.#from * this.#from + 2 * this.#slope * mass));
    return (2 * mass) / (this.#from + root);
  }

  #enterNext(): void {
    this.#start += this.#seconds;
    this.#index += 1;
    this.#load();
  }

  #load(): void {
    const { forSeconds, fromRate, toRate } = this.#phases[this.#index] ?? {
      forSeconds: 0,
      fromRate: 0,
      toRate: 0,
    };
    this.#seconds = forSeconds;
    this.#from = fromRate;
    this.#slope = forSeconds > 0 ? (toRate - fromRate) / forSeconds : 0;
    this.#mass = (forSeconds * (fromRate + toRate)) / 2;
    this.#done = 0;
  }
}
