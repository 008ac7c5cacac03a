// Constant demand must give a constant count: B1 and B4 of the closed-loop bounds.

import { afterAll, describe, expect, test } from "vitest";
import {
  attainedRatio,
  CAPACITY,
  changesAfter,
  desiredAt,
  HOUR,
  run,
  SEEDS,
} from "../support/simulation/experiments.ts";
import { FigureSheet } from "../support/simulation/figure-sheet.ts";
import { poisson } from "../support/simulation/scenario.ts";

const sheet = new FigureSheet();
afterAll(() => sheet.print());

describe("B1: at most 2 changes after an hour, 99.5 % within the objective", () => {
  const demands = [3, 8].flatMap((replicas) => [0.3, 0.6, 0.8, 0.9].map((share) => ({ replicas, share })));
  test.each(demands)(
    "$share of $replicas replicas, 6 h",
    ({ replicas, share }) => {
      for (const seed of SEEDS) {
        const durationSeconds = 6 * HOUR;
        const traffic = poisson([durationSeconds, share * replicas * CAPACITY]);
        const outcome = run({ seed, traffic, initialReplicas: replicas, durationSeconds });
        const seen = { changes: changesAfter(outcome, HOUR), attained: attainedRatio(outcome) };
        sheet.note(`B1 ${share} of ${replicas}`, seed, {
          ...seen,
          last: desiredAt(outcome, durationSeconds),
        });
        expect(seen.changes).toBeLessThanOrEqual(2);
        expect(seen.attained).toBeGreaterThanOrEqual(0.995);
        expect(outcome.run.invariantBreaches).toEqual([]);
      }
    },
    60_000,
  );
});

test("B4: demand for 7.9 replicas, 8 h, at most 2 changes after an hour", () => {
  for (const seed of SEEDS) {
    const durationSeconds = 8 * HOUR;
    const outcome = run({
      seed,
      traffic: poisson([durationSeconds, 237]),
      initialReplicas: 8,
      durationSeconds,
    });
    const changes = changesAfter(outcome, HOUR);
    sheet.note("B4", seed, { changes, last: desiredAt(outcome, durationSeconds) });
    expect(changes).toBeLessThanOrEqual(2);
  }
}, 60_000);
