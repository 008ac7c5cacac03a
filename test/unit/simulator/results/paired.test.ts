// Intervals of paired differences, against values of printed tables of Student's t.

import { describe, expect, it, test } from "vitest";
import { meanInterval, pairedDifference } from "../../../../src/simulator/results/paired.ts";
import { studentQuantile } from "../../../../src/simulator/results/student-t.ts";

describe("studentQuantile", () => {
  test.each([
    { confidence: 0.95, degrees: 1, t: 12.706_204_736_174_7 },
    { confidence: 0.95, degrees: 2, t: 4.302_652_729_749_46 },
    { confidence: 0.95, degrees: 3, t: 3.182_446_305_283_71 },
    { confidence: 0.95, degrees: 4, t: 2.776_445_105_197_79 },
    { confidence: 0.95, degrees: 9, t: 2.262_157_162_798_2 },
    { confidence: 0.95, degrees: 19, t: 2.093_024_054_408_26 },
    { confidence: 0.95, degrees: 29, t: 2.045_229_642_132_7 },
    { confidence: 0.95, degrees: 120, t: 1.979_930_405_082_42 },
    { confidence: 0.99, degrees: 1, t: 63.656_741_162_872_4 },
    { confidence: 0.99, degrees: 10, t: 3.169_272_672_616_95 },
    { confidence: 0.5, degrees: 1, t: 1 },
  ])("is $t for $confidence and $degrees degrees of freedom", ({ confidence, degrees, t }) => {
    expect(studentQuantile(confidence, degrees) / t).toBeCloseTo(1, 9);
  });

  it("goes to the normal quantile with many degrees of freedom", () => {
    expect(studentQuantile(0.95, 1e6)).toBeCloseTo(1.959_966_36, 6);
  });
});

describe("meanInterval", () => {
  it("has no interval for one value and nothing for none", () => {
    expect(meanInterval([3])).toEqual({ mean: 3, low: null, high: null });
    expect(meanInterval([])).toBeNull();
  });

  it("is the textbook interval", () => {
    const found = meanInterval([1, 2, 3, 4]);
    const half = (3.182_446_305_283_71 * Math.sqrt(5 / 3)) / 2;
    expect(found?.mean).toBe(2.5);
    expect(found?.low).toBeCloseTo(2.5 - half, 10);
    expect(found?.high).toBeCloseTo(2.5 + half, 10);
  });

  it("has no width where all values agree", () => {
    expect(meanInterval([0.5, 0.5, 0.5])).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
  });
});

describe("pairedDifference", () => {
  it("takes head − base seed by seed, so that what both met cancels", () => {
    expect(pairedDifference([10, 20, 30], [11, 21, 31])).toEqual({
      base: 20,
      head: 21,
      difference: 1,
      low: 1,
      high: 1,
    });
  });

  it("judges one pair by its difference alone", () => {
    expect(pairedDifference([2], [5])).toEqual({ base: 2, head: 5, difference: 3, low: null, high: null });
  });

  it("leaves out pairs without a value", () => {
    expect(pairedDifference([1, null, 3], [2, 9, null])).toEqual({
      base: 1,
      head: 2,
      difference: 1,
      low: null,
      high: null,
    });
    expect(pairedDifference([null], [1])).toBeNull();
  });
});
