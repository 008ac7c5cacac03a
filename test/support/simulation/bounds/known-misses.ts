// Where a closed-loop bound is missed for a reason that is known: the figures that miss, and why.

import type { Figures } from "../figure-sheet.ts";
import type { Shape } from "../shapes.ts";
import { type Bound, boundName, missedFigures } from "./bound.ts";

type KnownMiss = {
  readonly bound: RegExp;
  readonly shapes: string;
  readonly figure: string;
  readonly reason: string;
};

const KNOWN_MISSES: readonly KnownMiss[] = [];

/** Returns the reason of a miss; null where none is known. */
export function knownReason(bound: Bound, { name }: Shape, figure: string): string | null {
  const known = KNOWN_MISSES.find(
    (miss) => miss.bound.test(boundName(bound)) && miss.shapes.includes(name) && miss.figure === figure,
  );
  return known?.reason ?? null;
}

/** Returns the missed limits in words, but for those whose reason is known. */
export function unexplainedMisses(bound: Bound, shape: Shape, figures: Figures): readonly string[] {
  return missedFigures(bound, figures).flatMap(({ figure, words }) =>
    knownReason(bound, shape, figure) === null ? [words] : [],
  );
}
