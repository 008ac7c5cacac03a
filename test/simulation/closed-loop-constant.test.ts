// Constant demand must give a constant count: B1 and B4 of the closed-loop bounds.

import { afterAll, describe, expect, test } from "vitest";
import { constantRate } from "../support/plant/arrivals.ts";
import { changesAfter, desiredAt } from "../support/plant/closed-loop.ts";
import { CAPACITY, FigureSheet, HOUR, run, SEEDS } from "../support/plant/experiments.ts";

const sheet = new FigureSheet();
afterAll(() => sheet.print());

describe("B1: at most 2 changes after an hour, 99.5 % within the objective", () => {
  const demands = [3, 8].flatMap((replicas) => [0.3, 0.6, 0.8, 0.9].map((share) => ({ replicas, share })));
  test.each(demands)(
    "$share of $replicas replicas, 6 h",
    ({ replicas, share }) => {
      for (const seed of SEEDS) {
        const rate = constantRate(share * replicas * CAPACITY);
        const result = run({ seed, rate, initialReplicas: replicas, durationSeconds: 6 * HOUR });
        const seen = { changes: changesAfter(result, HOUR), attained: result.score.attainedRatio() };
        sheet.note(`B1 ${share} of ${replicas}`, seed, { ...seen, last: desiredAt(result, 6 * HOUR) });
        expect(seen.changes).toBeLessThanOrEqual(2);
        expect(seen.attained).toBeGreaterThanOrEqual(0.995);
      }
    },
    60_000,
  );
});

test("B4: demand for 7.9 replicas, 8 h, at most 2 changes after an hour", () => {
  for (const seed of SEEDS) {
    const result = run({ seed, rate: constantRate(237), initialReplicas: 8, durationSeconds: 8 * HOUR });
    const changes = changesAfter(result, HOUR);
    sheet.note("B4", seed, { changes, last: desiredAt(result, 8 * HOUR) });
    expect(changes).toBeLessThanOrEqual(2);
  }
}, 60_000);
