// Without a load signal nothing sizes a scale-in, and every one is a trial: it must still come to rest, and recover.

import { afterAll, describe, expect, test } from "vitest";
import { boundPolicy, NO_LOAD_SIGNAL } from "../support/simulation/bound-policy.ts";
import {
  attainedRatio,
  CAPACITY,
  changesAfter,
  desiredAt,
  HOUR,
  LOAD_TARGET,
  lastMinuteBelow,
  run,
  SEEDS,
} from "../support/simulation/experiments.ts";
import { FigureSheet } from "../support/simulation/figure-sheet.ts";
import { poisson } from "../support/simulation/scenario.ts";

const POLICY = boundPolicy({ signals: NO_LOAD_SIGNAL });
const sheet = new FigureSheet();
afterAll(() => sheet.print());

describe("constant demand: after an hour at most 12 changes and 98 % within the objective", () => {
  const demands = [3, 8].flatMap((replicas) => [0.3, 0.6, 0.8, 0.9].map((share) => ({ replicas, share })));
  test.each(demands)(
    "$share of $replicas replicas, 6 h",
    ({ replicas, share }) => {
      const durationSeconds = 6 * HOUR;
      for (const seed of SEEDS) {
        const traffic = poisson([durationSeconds, share * replicas * CAPACITY]);
        const outcome = run({ seed, policy: POLICY, traffic, initialReplicas: replicas, durationSeconds });
        const seen = { changes: changesAfter(outcome, HOUR), attained: attainedRatio(outcome, 60) };
        // The first probes find the edge by stepping over it, and cost a start-up time of overload each.
        const firstHour = attainedRatio(outcome, 0, 60);
        sheet.note(`probes ${share} of ${replicas}`, seed, {
          ...seen,
          firstHour,
          last: desiredAt(outcome, durationSeconds),
        });
        expect(seen.changes).toBeLessThanOrEqual(12);
        expect(seen.attained).toBeGreaterThanOrEqual(0.98);
        expect(outcome.run.invariantBreaches).toEqual([]);
      }
    },
    60_000,
  );
});

test("a step from 224 to 672/s before any probe: recovered within 35 min, at most 2.2 times the replicas needed", () => {
  const stepAt = 5 * 60;
  const durationSeconds = 1.5 * HOUR;
  const traffic = poisson([stepAt, 224], [durationSeconds - stepAt, 672]);
  for (const seed of [...SEEDS, 4, 5]) {
    const outcome = run({ seed, policy: POLICY, traffic, initialReplicas: 8, durationSeconds });
    const minutes = lastMinuteBelow(outcome, 0.95) - stepAt / 60;
    const maxDesired = Math.max(...outcome.series.desired.map(({ replicas }) => replicas));
    sheet.note("probes, step", seed, { minutes, maxDesired });
    expect(minutes).toBeLessThanOrEqual(35);
    expect(maxDesired).toBeLessThanOrEqual(2.2 * Math.ceil(672 / LOAD_TARGET));
  }
}, 60_000);
