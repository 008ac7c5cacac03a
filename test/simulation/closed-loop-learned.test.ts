// A load target is not needed, nor a right one, and a service that slows down is followed there and back. On one shape,
// since these runs are long; `npm run verify:bounds` plays every shape.

import { testBounds } from "../support/simulation/bound-tests.ts";
import { EQUIVALENCE_BOUNDS } from "../support/simulation/bounds/equivalence.ts";
import { SLOW_DOWN_BOUNDS } from "../support/simulation/bounds/slow-down.ts";
import { SHAPE_L } from "../support/simulation/shapes.ts";

testBounds([...EQUIVALENCE_BOUNDS, ...SLOW_DOWN_BOUNDS], [SHAPE_L]);
