// Constant demand without a load target: what a replica carries is learned, and the count must come to rest all the same.

import { testBounds } from "../support/simulation/bound-tests.ts";
import { CONSTANT_BOUNDS, targetWords } from "../support/simulation/bounds/constant.ts";
import { SHAPE_C, SHAPES } from "../support/simulation/shapes.ts";

const STEADY = CONSTANT_BOUNDS.filter(({ id }) => id === "B1");

testBounds(
  STEADY.filter(({ about }) => about.endsWith(targetWords(null))),
  SHAPES,
);
testBounds(
  STEADY.filter(({ about }) => about.endsWith(targetWords("learned"))),
  [SHAPE_C],
);
