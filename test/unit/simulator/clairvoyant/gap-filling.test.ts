// The cheapest course against a search of all courses by dynamic programming, and its laws.

import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  cheapestCourse,
  courseCost,
  type PlanCosts,
} from "../../../../src/simulator/clairvoyant/gap-filling.ts";

/** The least cost of any course, by the last slot's replicas: O(slots × replicas²). */
function leastCost(needed: readonly number[], costs: PlanCosts): number {
  const most = Math.max(costs.initialReplicas, ...needed);
  let best = Array.from({ length: most + 1 }, (_, replicas) =>
    replicas === costs.initialReplicas ? 0 : Number.POSITIVE_INFINITY,
  );
  for (const least of needed) {
    best = best.map((_, replicas) => {
      if (replicas < least) return Number.POSITIVE_INFINITY;
      const from = best.map((cost, was) => cost + Math.max(0, replicas - was) * costs.startupSeconds);
      return Math.min(...from) + replicas * costs.slotSeconds;
    });
  }
  return Math.min(...best);
}

const anInstance = fc.record({
  needed: fc.array(fc.nat(5), { maxLength: 14 }),
  slotSeconds: fc.constantFrom(10, 15, 60),
  startupSeconds: fc.constantFrom(0, 5, 15, 30, 60, 100, 180),
  initialReplicas: fc.nat(5),
});

describe("cheapestCourse", () => {
  test.each([
    {
      name: "bridges a gap as long as a start",
      needed: [2, 0, 0, 2],
      startup: 20,
      initial: 2,
      want: [2, 2, 2, 2],
    },
    { name: "lets go in a longer gap", needed: [2, 0, 0, 2], startup: 19, initial: 2, want: [2, 0, 0, 2] },
    {
      name: "decides level by level",
      needed: [3, 1, 2, 1, 1, 3],
      startup: 19,
      initial: 0,
      want: [3, 2, 2, 1, 1, 3],
    },
    { name: "keeps what is there until first needed", needed: [0, 2], startup: 10, initial: 1, want: [1, 2] },
    { name: "does not start before the first need", needed: [0, 2], startup: 10, initial: 0, want: [0, 2] },
    { name: "ends with the last need", needed: [2, 0, 0], startup: 99, initial: 2, want: [2, 0, 0] },
  ])("$name", ({ needed, startup, initial, want }) => {
    const costs = { slotSeconds: 10, startupSeconds: startup, initialReplicas: initial };
    expect(cheapestCourse(needed, costs)).toEqual(want);
  });

  it("costs what the best of all courses costs", () => {
    fc.assert(
      fc.property(anInstance, (instance) => {
        const { needed, ...costs } = instance;
        const course = cheapestCourse(needed, costs);
        expect(course.every((replicas, slot) => replicas >= (needed[slot] ?? 0))).toBe(true);
        expect(courseCost(course, costs)).toBeCloseTo(leastCost(needed, costs), 6);
      }),
      { numRuns: 2000 },
    );
  });

  it("is the need itself where starts cost nothing", () => {
    fc.assert(
      fc.property(anInstance, ({ needed, ...costs }) => {
        expect(cheapestCourse(needed, { ...costs, startupSeconds: 0 })).toEqual(needed);
      }),
    );
  });

  it("never gets cheaper by a further need", () => {
    fc.assert(
      fc.property(anInstance, fc.nat(13), (instance, at) => {
        const { needed, ...costs } = instance;
        const more = needed.map((replicas, slot) => replicas + (slot === at ? 1 : 0));
        const cost = (of: readonly number[]): number => courseCost(cheapestCourse(of, costs), costs);
        expect(cost(more)).toBeGreaterThanOrEqual(cost(needed));
      }),
    );
  });

  it("is empty for no slots", () => {
    expect(cheapestCourse([], { slotSeconds: 10, startupSeconds: 5, initialReplicas: 3 })).toEqual([]);
  });
});
