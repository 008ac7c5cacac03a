// When requests arrive: a rate over time, and the gaps that follow from it.

import type { RandomStream } from "./random.ts";

/** Requests per second at a time in seconds since the start of a run. */
export type RateProfile = (atSeconds: number) => number;

/** Returns a rate that never changes. */
export function constantRate(perSecond: number): RateProfile {
  return () => perSecond;
}

/** Returns a rate that jumps once, at `atSeconds`. */
export function stepRate(step: {
  readonly from: number;
  readonly to: number;
  readonly atSeconds: number;
}): RateProfile {
  return (at) => (at < step.atSeconds ? step.from : step.to);
}

/** Returns a rate that goes evenly from one value to another between two times and stays there. */
export function rampRate(ramp: {
  readonly from: number;
  readonly to: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
}): RateProfile {
  const { from, to, startSeconds, endSeconds } = ramp;
  return (at) =>
    from + (to - from) * Math.min(1, Math.max(0, (at - startSeconds) / (endSeconds - startSeconds)));
}

/** `poisson`: independent users. `even`: a metronome. */
export type ArrivalProcess = "poisson" | "even";

/** Returns the arrival after the one at `atSeconds`. */
export type NextArrival = (atSeconds: number) => number;

/** Returns the arrivals of a profile; the rate at an arrival gives the gap after it. */
export function arrivals(profile: RateProfile, process: ArrivalProcess, random: RandomStream): NextArrival {
  if (process === "even") return (at) => at + 1 / profile(at);
  return (at) => at + random.exponential() / profile(at);
}
