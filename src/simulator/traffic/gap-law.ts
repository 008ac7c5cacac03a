// The gaps between arrivals, in units of their mean.

import { drawGamma } from "../random/gamma-draw.ts";
import type { RandomStream } from "../random/random-stream.ts";
import { weibullMean, weibullShape } from "../random/weibull-shape.ts";

/** A law of gaps of mean 1. */
export interface GapLaw {
  /**
   * Returns the gap before the first arrival as one finds it who looks at any time, so that the expected count is
   * right from the start: a length-biased gap times a uniform number (equilibrium renewal process).
   */
  first(random: RandomStream): number;
  next(random: RandomStream): number;
}

/** Always 1; the first arrival comes after half a gap, so that no rounding at a phase's end adds or takes one. */
export const CONSTANT_GAPS: GapLaw = { first: () => 0.5, next: () => 1 };

/** As of a Poisson process: without memory. */
export const EXPONENTIAL_GAPS: GapLaw = {
  first: (random) => random.exponential(),
  next: (random) => random.exponential(),
};

/** Returns gamma-distributed gaps of that coefficient of variation: shape 1 ÷ cv². */
export function gammaGaps(cv: number): GapLaw {
  if (cv === 0) return CONSTANT_GAPS;
  const shape = 1 / (cv * cv);
  return {
    first: (random) => (drawGamma(shape + 1, random) / shape) * random.uniform(),
    next: (random) => drawGamma(shape, random) / shape,
  };
}

/** Returns Weibull-distributed gaps of that coefficient of variation. */
export function weibullGaps(cv: number): GapLaw {
  if (cv === 0) return CONSTANT_GAPS;
  const power = 1 / weibullShape(cv);
  const scale = 1 / weibullMean(1 / power);
  return {
    // The length-biased law's x^shape is gamma-distributed with shape 1 + 1/shape.
    first: (random) => scale * drawGamma(1 + power, random) ** power * random.uniform(),
    next: (random) => scale * random.exponential() ** power,
  };
}
