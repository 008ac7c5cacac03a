// Arrivals that are drawn from rates. They fill times only: batch dimensions are drawn where streams are put together.

import type { RatePhase } from "../../domain/scenario.ts";
import type { RandomStream } from "../random/random-stream.ts";
import type { ArrivalSource } from "./arrival-source.ts";
import type { GapLaw } from "./gap-law.ts";
import { RateClock } from "./rate-clock.ts";

/** Poisson arrivals under rates that change with time. */
export class PoissonSource implements ArrivalSource {
  readonly #clock: RateClock;
  readonly #random: RandomStream;
  #next: number;

  constructor(phases: readonly RatePhase[], random: RandomStream) {
    this.#clock = new RateClock(phases);
    this.#random = random;
    this.#next = this.#clock.after(random.exponential());
  }

  /** Leaves batch dimensions alone. */
  fill(until: number, times: Float64Array): number {
    let count = 0;
    while (count < times.length && this.#next < until) {
      times[count] = this.#next;
      count += 1;
      this.#next = this.#clock.after(this.#random.exponential());
    }
    return count;
  }
}

/** Arrivals whose gaps follow a law, in units of the expected arrivals: a renewal process run by the rates. */
export class RenewalSource implements ArrivalSource {
  readonly #clock: RateClock;
  readonly #gaps: GapLaw;
  readonly #random: RandomStream;
  #next: number;

  constructor(phases: readonly RatePhase[], gaps: GapLaw, random: RandomStream) {
    this.#clock = new RateClock(phases);
    this.#gaps = gaps;
    this.#random = random;
    this.#next = this.#clock.after(gaps.first(random));
  }

  /** Leaves batch dimensions alone. */
  fill(until: number, times: Float64Array): number {
    let count = 0;
    while (count < times.length && this.#next < until) {
      times[count] = this.#next;
      count += 1;
      this.#next = this.#clock.after(this.#gaps.next(this.#random));
    }
    return count;
  }
}

export type OnOffMeans = { readonly onMeanSeconds: number; readonly offMeanSeconds: number };

/**
 * Poisson arrivals while it is on, none while it is off; both last exponentially distributed times. It is on at the
 * start with the share of time that it is on at all.
 */
export class OnOffSource implements ArrivalSource {
  readonly #clock: RateClock;
  readonly #means: OnOffMeans;
  readonly #random: RandomStream;
  #onUntil: number;
  #next: number;

  constructor(phases: readonly RatePhase[], means: OnOffMeans, random: RandomStream) {
    this.#clock = new RateClock(phases);
    this.#means = means;
    this.#random = random;
    const { onMeanSeconds, offMeanSeconds } = means;
    const startsOn = random.uniform() * (onMeanSeconds + offMeanSeconds) < onMeanSeconds;
    this.#onUntil = startsOn ? random.exponential() * onMeanSeconds : 0;
    this.#next = this.#draw();
  }

  /** Leaves batch dimensions alone. */
  fill(until: number, times: Float64Array): number {
    let count = 0;
    while (count < times.length && this.#next < until) {
      times[count] = this.#next;
      count += 1;
      this.#next = this.#draw();
    }
    return count;
  }

  /** What is drawn beyond a period's end counts for nothing: exponential gaps have no memory. */
  #draw(): number {
    const { onMeanSeconds, offMeanSeconds } = this.#means;
    if (onMeanSeconds === 0) return Number.POSITIVE_INFINITY;
    if (offMeanSeconds === 0) return this.#clock.after(this.#random.exponential());
    for (;;) {
      const time = this.#clock.after(this.#random.exponential(), this.#onUntil);
      if (time !== Number.POSITIVE_INFINITY) return time;
      const onFrom = this.#onUntil + this.#random.exponential() * offMeanSeconds;
      if (!this.#clock.skipTo(onFrom)) return Number.POSITIVE_INFINITY;
      this.#onUntil = onFrom + this.#random.exponential() * onMeanSeconds;
    }
  }
}
