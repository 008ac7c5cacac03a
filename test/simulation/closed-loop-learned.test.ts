// A load target is not needed, nor a right one, and a service that slows down is followed there and back.

import { testBounds } from "../support/simulation/bound-tests.ts";
import { EQUIVALENCE_BOUNDS } from "../support/simulation/bounds/equivalence.ts";
import { SLOW_DOWN_BOUNDS } from "../support/simulation/bounds/slow-down.ts";
import { SHAPE_L, SHAPES } from "../support/simulation/shapes.ts";

testBounds(EQUIVALENCE_BOUNDS, [SHAPE_L]);
testBounds(SLOW_DOWN_BOUNDS, SHAPES);
