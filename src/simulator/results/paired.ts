// Differences between two candidates that met the same randomness: run by run, with the interval that n runs allow.

import { studentQuantile } from "./student-t.ts";

const CONFIDENCE = 0.95;

/** A mean with its 95 % interval; low and high are null where fewer than two values leave the spread unknown. */
export type MeanInterval = {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
};

/** Means of two candidates and their paired difference, head − base, with its 95 % interval. */
export type PairedDifference = {
  readonly base: number;
  readonly head: number;
  readonly difference: number;
  readonly low: number | null;
  readonly high: number | null;
};

/** Returns the mean of independent values and the Student t interval about it; null without any value. */
export function meanInterval(values: readonly number[]): MeanInterval | null {
  const count = values.length;
  if (count === 0) return null;
  const mean = meanOf(values);
  if (count < 2) return { mean, low: null, high: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / (count - 1) / count);
  const half = standardError * studentQuantile(CONFIDENCE, count - 1);
  return { mean, low: mean - half, high: mean + half };
}

/**
 * Returns how `head` differs from `base`; values at one index come from one seed. Pairs in which either has no value are
 * left out; null where none is left.
 */
export function pairedDifference(
  base: readonly (number | null)[],
  head: readonly (number | null)[],
): PairedDifference | null {
  const bases: number[] = [];
  const heads: number[] = [];
  for (let index = 0; index < Math.min(base.length, head.length); index += 1) {
    const [before, after] = [base[index] ?? null, head[index] ?? null];
    if (before === null || after === null) continue;
    bases.push(before);
    heads.push(after);
  }
  const interval = meanInterval(heads.map((value, index) => value - (bases[index] ?? 0)));
  if (interval === null) return null;
  const { mean: difference, low, high } = interval;
  return { base: meanOf(bases), head: meanOf(heads), difference, low, high };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
