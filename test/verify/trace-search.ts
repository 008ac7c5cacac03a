// The search for a rule's parameters on training time: what is tried, and which of it is taken.

import { randomStream } from "../../src/simulator/random/random-stream.ts";
import { SobolSequence } from "../../src/tuning/sobol.ts";

/** Half the width of the cube about the best so far in which a search goes on, closer with each round. */
export const HALF_WIDTHS: readonly number[] = [0.2, 0.1, 0.05, 0.025];

/** What a try came to; what it costs counts only where it attains what is asked for. */
export type TriedScore = { readonly gpuHours: number; readonly attainmentRatio: number };

/** Returns so many points that fill the unit cube evenly. */
export function spreadPoints(dimensions: number, count: number): readonly (readonly number[])[] {
  const sequence = new SobolSequence(dimensions, randomStream(1, "contest"));
  return Array.from({ length: count }, () => sequence.next());
}

/** Returns a point of the unit cube as one of the cube about `centre`, as far as that lies in the unit cube. */
export function pointAbout(
  centre: readonly number[],
  point: readonly number[],
  halfWidth: number,
): readonly number[] {
  return point.map((coordinate, axis) => {
    const [low, high] = [(centre[axis] ?? 0) - halfWidth, (centre[axis] ?? 0) + halfWidth];
    return Math.max(0, low) + (Math.min(1, high) - Math.max(0, low)) * coordinate;
  });
}

/** Returns the cheapest that attains the goal; where none does, the one that comes nearest. The first wins a tie. */
export function bestOf<Try extends { readonly score: TriedScore }>(
  tried: readonly Try[],
  goalRatio: number,
): Try | undefined {
  const reaching = tried.filter(({ score }) => score.attainmentRatio >= goalRatio);
  return reaching.length > 0
    ? reaching.toSorted((one, other) => one.score.gpuHours - other.score.gpuHours)[0]
    : tried.toSorted((one, other) => other.score.attainmentRatio - one.score.attainmentRatio)[0];
}
