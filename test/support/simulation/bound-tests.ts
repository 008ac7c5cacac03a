// Bounds as tests: one a bound and shape, under one seed; `npm run verify:bounds` plays all seeds.

import { afterAll, describe, expect, test } from "vitest";
import { type Bound, boundName } from "./bounds/bound.ts";
import { unexplainedMisses } from "./bounds/known-misses.ts";
import { FigureSheet } from "./figure-sheet.ts";
import type { Shape } from "./shapes.ts";

const SEED = 1;
const TIMEOUT_MS = 60_000;

/** Declares a test for each bound on each shape, and prints the figures when they are over. */
export function testBounds(bounds: readonly Bound[], shapes: readonly Shape[]): void {
  const sheet = new FigureSheet();
  afterAll(() => sheet.print());
  describe.each(shapes)("shape $name", (shape) => {
    test.each(bounds.map((bound) => ({ name: boundName(bound), bound })))(
      "$name",
      ({ name, bound }) => {
        const figures = bound.play({ shape, seed: SEED });
        sheet.note(`${shape.name} ${name}`, SEED, figures);
        expect(unexplainedMisses(bound, shape, figures)).toEqual([]);
      },
      TIMEOUT_MS,
    );
  });
}
