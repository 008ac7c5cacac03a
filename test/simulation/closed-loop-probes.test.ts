// Without a load signal nothing sizes a scale-in, and every one is a trial: it must still come to rest, and recover.

import { afterAll, describe, expect, test } from "vitest";
import { constantRate, stepRate } from "../support/plant/arrivals.ts";
import { boundPolicy, NO_LOAD_SIGNAL } from "../support/plant/bound-policy.ts";
import { changesAfter, desiredAt } from "../support/plant/closed-loop.ts";
import { CAPACITY, FigureSheet, HOUR, LOAD_TARGET, run, SEEDS } from "../support/plant/experiments.ts";

const POLICY = boundPolicy({ signals: NO_LOAD_SIGNAL });
const sheet = new FigureSheet();
afterAll(() => sheet.print());

describe("constant demand: after an hour at most 12 changes and 98 % within the objective", () => {
  const demands = [3, 8].flatMap((replicas) => [0.3, 0.6, 0.8, 0.9].map((share) => ({ replicas, share })));
  test.each(demands)(
    "$share of $replicas replicas, 4 h",
    ({ replicas, share }) => {
      for (const seed of SEEDS) {
        const rate = constantRate(share * replicas * CAPACITY);
        const result = run({
          seed,
          policy: POLICY,
          rate,
          initialReplicas: replicas,
          durationSeconds: 4 * HOUR,
        });
        const seen = { changes: changesAfter(result, HOUR), attained: result.score.attainedRatio(60) };
        // The first probes find the edge by stepping over it, and cost a start-up time of overload each.
        const firstHour = result.score.attainedRatio(0, 60);
        sheet.note(`probes ${share} of ${replicas}`, seed, {
          ...seen,
          firstHour,
          last: desiredAt(result, 4 * HOUR),
        });
        expect(seen.changes).toBeLessThanOrEqual(12);
        expect(seen.attained).toBeGreaterThanOrEqual(0.98);
      }
    },
    60_000,
  );
});

test("a step from 224 to 672/s before any probe: recovered within 35 min, at most 2.2 times the replicas needed", () => {
  const stepAtMinute = 5;
  const rate = stepRate({ from: 224, to: 672, atSeconds: stepAtMinute * 60 });
  for (const seed of [...SEEDS, 4, 5]) {
    const result = run({ seed, policy: POLICY, rate, initialReplicas: 8, durationSeconds: 1.5 * HOUR });
    const minutes = result.score.lastMinuteBelow(0.95) - stepAtMinute;
    sheet.note("probes, step", seed, { minutes, maxDesired: result.maxDesired });
    expect(minutes).toBeLessThanOrEqual(35);
    expect(result.maxDesired).toBeLessThanOrEqual(2.2 * Math.ceil(672 / LOAD_TARGET));
  }
}, 60_000);
