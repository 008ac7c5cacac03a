// The number that the HPA reads of a scaler's float.

import fc from "fast-check";
import { expect, test } from "vitest";
import { milliOfFloat } from "../../../../src/simulator/keda/float-milli.ts";

test.each([
  [0, 0],
  [1, 1_000],
  [1.001, 1_001],
  [32.3, 32_300],
  [64.1, 64_100],
  [0.0004, 0],
  [0.0006, 1],
  [0.0625, 62],
  [0.1875, 188],
  [7.0625, 7_062],
  [Number.NaN, 0],
  [Number.POSITIVE_INFINITY, 0],
  [Number.NEGATIVE_INFINITY, 0],
  [-3, 0],
  [123_456_789.5, 123_456_789_500],
])("of %s is %s", (value, milli) => {
  expect(milliOfFloat(value)).toBe(milli);
});

test("whole replicas and their thousandths come through exactly", () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), (milli) => {
      expect(milliOfFloat(milli / 1_000)).toBe(milli);
    }),
  );
});
