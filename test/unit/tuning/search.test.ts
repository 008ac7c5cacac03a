// The search finds the best of known landscapes, and what is better among several sides is what a person would say.

import { describe, expect, it } from "vitest";
import { randomStream } from "../../../src/simulator/random/random-stream.ts";
import { bestFirst, crowding, dominates, type Outcome, ranks } from "../../../src/tuning/pareto.ts";
import { type Evaluate, search } from "../../../src/tuning/search.ts";
import type { Point } from "../../../src/tuning/variation.ts";

function outcome(objectives: readonly number[], violation = 0): Outcome {
  return { objectives, violation };
}

describe("better of two outcomes", () => {
  it.each([
    { name: "better on one side", one: outcome([1, 2]), other: outcome([1, 3]), better: true },
    { name: "equal", one: outcome([1, 2]), other: outcome([1, 2]), better: false },
    { name: "better here, worse there", one: outcome([1, 4]), other: outcome([2, 3]), better: false },
    { name: "dear, but meets what is required", one: outcome([9]), other: outcome([1], 0.01), better: true },
    { name: "misses it by less", one: outcome([9], 0.01), other: outcome([1], 0.02), better: true },
  ])("$name: $better", ({ one, other, better }) => {
    expect(dominates(one, other)).toBe(better);
  });

  it("ranks peel off one front after the other", () => {
    expect(
      ranks([outcome([1, 4]), outcome([2, 2]), outcome([3, 3]), outcome([4, 1]), outcome([5, 5])]),
    ).toEqual([0, 0, 1, 0, 2]);
  });

  it("the ends of a front are the most alone", () => {
    expect(crowding([outcome([0, 4]), outcome([1, 1]), outcome([4, 0])])).toEqual([Infinity, 2, Infinity]);
  });

  it("of one front the less crowded come first", () => {
    const front = [outcome([0, 10]), outcome([4, 5]), outcome([4.1, 4.9]), outcome([10, 0])];
    // 0.6 + 0.5 between the neighbours of the third, 0.41 + 0.51 between those of the second.
    expect(bestFirst(front)).toEqual([0, 3, 2, 1]);
  });
});

/** A bowl whose lowest point is known; short stretches of time see it blurred. */
function bowl(lowest: Point, points: Point[]): Evaluate {
  return async (asked, timeRatio) =>
    asked.map((point) => {
      if (timeRatio === 1) points.push(point);
      const distance = point.reduce((sum, value, axis) => sum + (value - (lowest[axis] ?? 0)) ** 2, 0);
      return outcome([distance + (1 - timeRatio) * 0.05 * Math.sin(37 * (point[0] ?? 0))]);
    });
}

describe("the search", () => {
  it.each([1, 2, 3])("finds the lowest point of a bowl within its budget (seed %i)", async (seed) => {
    const lowest = [0.31, 0.77, 0.52];
    const known = [0.9, 0.1, 0.1];
    const result = await search({
      dimensions: 3,
      known: [known],
      evaluations: 300,
      leastTimeRatio: 0,
      random: randomStream(seed, "search"),
      evaluate: bowl(lowest, []),
    });
    expect(result.evaluations).toBe(300);
    expect(result.evaluated[0]?.outcome.objectives[0]).toBeLessThan(0.01);
    expect(result.evaluated.some(({ point }) => point === known)).toBe(true);
  });

  it("prefers what meets the requirement over what is cheaper", async () => {
    const evaluate: Evaluate = async (points) =>
      points.map(([cost = 0]) => outcome([cost], Math.max(0, 0.4 - cost)));
    const input = {
      dimensions: 1,
      known: [],
      evaluations: 60,
      leastTimeRatio: 0,
      random: randomStream(5, "search"),
      evaluate,
    };
    const best = (await search(input)).evaluated[0]?.outcome;
    expect(best?.violation).toBe(0);
    expect(best?.objectives[0]).toBeCloseTo(0.4, 1);
  });

  it.each([
    { least: 0, shares: [1 / 9, 1 / 3, 1] },
    { least: 0.2, shares: [1 / 3, 1] },
    { least: 3, shares: [1] },
  ])("thins out on no share of the time below $least", async ({ least, shares }) => {
    const asked = new Set<number>();
    const evaluate: Evaluate = async (points, timeRatio) => {
      asked.add(timeRatio);
      return points.map(([cost = 0]) => outcome([cost]));
    };
    const random = randomStream(3, "search");
    await search({ dimensions: 1, known: [], evaluations: 40, leastTimeRatio: least, random, evaluate });
    expect([...asked]).toEqual(shares);
  });

  it("equal inputs give equal results", async () => {
    const run = () =>
      search({
        dimensions: 2,
        known: [[0.5, 0.5]],
        evaluations: 80,
        leastTimeRatio: 0,
        random: randomStream(9, "search"),
        evaluate: bowl([0.2, 0.3], []),
      });
    expect(await run()).toEqual(await run());
  });
});
