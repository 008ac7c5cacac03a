// Demand that changes, scrapes that fail and pods that come and go: B2, B3, B5, B6, B8 and B9 of the closed-loop bounds.

import { testBounds } from "../support/simulation/bound-tests.ts";
import { CHANGING_BOUNDS } from "../support/simulation/bounds/changing.ts";
import { MEASURING_BOUNDS } from "../support/simulation/bounds/measuring.ts";
import { SHAPES } from "../support/simulation/shapes.ts";

testBounds([...CHANGING_BOUNDS, ...MEASURING_BOUNDS], SHAPES);
