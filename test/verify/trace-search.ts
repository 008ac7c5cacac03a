// The search for a rule's parameters on training time: what is tried, and which of it is taken.

import { randomStream } from "../../src/simulator/random/random-stream.ts";
import { SobolSequence } from "../../src/tuning/sobol.ts";

/** Half the width of the cube about the best point in which the end of a search stays. */
const NEIGHBOURHOOD = 0.1;

/** What a try came to; what it costs counts only where it attains what is asked for. */
export type TriedScore = { readonly gpuHours: number; readonly attainmentRatio: number };

/** Returns so many points that fill the unit cube evenly. */
export function spreadPoints(dimensions: number, count: number): readonly (readonly number[])[] {
  const sequence = new SobolSequence(dimensions, randomStream(1, "contest"));
  return Array.from({ length: count }, () => sequence.next());
}

/** Returns so many points that fill the neighbourhood of a point evenly, as far as it lies in the unit cube. */
export function pointsAbout(centre: readonly number[], count: number): readonly (readonly number[])[] {
  return spreadPoints(centre.length, count).map((point) =>
    point.map((coordinate, axis) => {
      const [low, high] = [(centre[axis] ?? 0) - NEIGHBOURHOOD, (centre[axis] ?? 0) + NEIGHBOURHOOD];
      return Math.max(0, low) + (Math.min(1, high) - Math.max(0, low)) * coordinate;
    }),
  );
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
