// Constant demand must give a constant count: B1 with a load target, B4 and B7 of the closed-loop bounds.

import { LOAD_TARGET } from "../support/simulation/bound-policy.ts";
import { testBounds } from "../support/simulation/bound-tests.ts";
import { CONSTANT_BOUNDS, targetWords } from "../support/simulation/bounds/constant.ts";
import { SHAPES } from "../support/simulation/shapes.ts";

const DECLARED = targetWords(LOAD_TARGET);

testBounds(
  CONSTANT_BOUNDS.filter(({ id, about }) => id !== "B1" || about.includes(DECLARED)),
  SHAPES,
);
