// What the real HPA's arithmetic makes of our answers, for every step between 1 and 60 replicas.

import { describe, expect, test } from "vitest";
import { edgeValue } from "../../../src/control/edge-value.ts";
import { milliOfFloat } from "../../../src/simulator/keda/float-milli.ts";
import { openBehavior, ScriptedHpa, wishSpec } from "../simulator/hpa/scripted-hpa.ts";

const MOST = 60;
const COUNTS = Array.from({ length: MOST }, (_, index) => index + 1);

/** Returns the replicas after one sync of an HPA that is told `value`. */
function afterSync(from: number, value: number, { tolerance, version = "1.35", surplus = 0 }: Told): number {
  const behavior = openBehavior({ tolerance });
  const hpa = new ScriptedHpa(wishSpec(behavior), from, version);
  return hpa.sync(0, milliOfFloat(value) / 1000, surplus);
}

type Told = { readonly tolerance: number | null; readonly version?: string; readonly surplus?: number };

/** Returns the wishes from `from` that the HPA does not follow. */
function missed(from: number, most: number, told: Told): readonly number[] {
  return Array.from({ length: most }, (_, index) => index + 1).filter(
    (wish) => afterSync(from, edgeValue(wish, from + (told.surplus ?? 0)), told) !== wish,
  );
}

describe("an HPA without tolerance", () => {
  test("follows every number from every number", () => {
    const wrong = COUNTS.flatMap((from) =>
      COUNTS.filter((wish) => afterSync(from, wish, { tolerance: 0 }) !== wish).map((wish) => [from, wish]),
    );
    expect(wrong).toEqual([]);
  });

  test("takes an edge for the number that it stands for", () => {
    expect(COUNTS.flatMap((from) => missed(from, MOST, { tolerance: 0 }))).toEqual([]);
  });

  test("keeps the number through a rollout with a surplus", () => {
    const kept = COUNTS.map((from) => afterSync(from, from, { tolerance: 0, surplus: Math.ceil(from / 10) }));
    expect(kept).toEqual(COUNTS);
  });
});

describe("an HPA with the usual tolerance of 0.1, told edge values", () => {
  test.each([
    { from: 9, most: 60, never: [] },
    { from: 10, most: 60, never: [11] },
    { from: 20, most: 60, never: [19, 21, 22] },
    { from: 30, most: 60, never: [28, 29, 31, 32, 33] },
    {
      from: 100,
      most: 120,
      never: [91, 92, 93, 94, 95, 96, 97, 98, 99, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110],
    },
  ])("from $from follows all but $never", ({ from, most, never }) => {
    expect(missed(from, most, { tolerance: null })).toEqual(never);
  });

  test("misses k steps up where k is at most a tenth, and down where k + 1 is, from every count", () => {
    const all = COUNTS.map((from) => missed(from, MOST, { tolerance: null }));
    const formula = COUNTS.map((from) =>
      COUNTS.filter((wish) =>
        wish > from ? wish - from <= from / 10 : wish < from && from - wish + 0.99 <= from / 10,
      ),
    );
    expect(all).toEqual(formula);
  });

  test("before 1.33 also reaches ten and one, twenty and two, thirty and three", () => {
    const old = { tolerance: null, version: "1.32" };
    expect([10, 20, 30].map((from) => missed(from, MOST, old))).toEqual([[], [19, 21], [28, 29, 31, 32]]);
  });

  test("goes a step further down than when told the number itself", () => {
    expect(afterSync(20, 18, { tolerance: null })).toBe(20);
    expect(afterSync(20, edgeValue(18, 20), { tolerance: null })).toBe(18);
  });

  test("keeps the number through a rollout whose surplus it would take for desired", () => {
    expect(afterSync(20, 20, { tolerance: null, surplus: 2 })).toBe(22);
    expect(afterSync(20, edgeValue(20, 22), { tolerance: null, surplus: 2 })).toBe(20);
  });

  test("has no wish to take back once it has followed", () => {
    expect(afterSync(18, edgeValue(18, 20), { tolerance: null })).toBe(18);
  });
});
