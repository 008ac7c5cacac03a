// Replicas that take ten minutes to start where the policy says three: after the first of them the fleet waits for them.

import { afterAll, expect, test } from "vitest";
import { minutes } from "../../src/domain/units.ts";
import { boundPolicy } from "../support/simulation/bound-policy.ts";
import { boundScenario } from "../support/simulation/experiments.ts";
import { FigureSheet } from "../support/simulation/figure-sheet.ts";
import { poisson, simulated } from "../support/simulation/scenario.ts";
import { SHAPE_C, SHAPE_G, SHAPE_L } from "../support/simulation/shapes.ts";

const STEP_SECONDS = 3000;
const LEVELS = [80, 140, 220, 330];
/** Replicas that the last level needs at 30/s each. */
const NEEDED = 11;

const sheet = new FigureSheet();
afterAll(() => sheet.print());

// What stuck replicas let through is the growing backlog: a quarter more each time that nothing counts as starting.
test.each([
  {
    name: "C, seed 3: at most 15 replicas where 11 do, 17 by the policy's word",
    shape: SHAPE_C,
    seed: 3,
    most: 15,
  },
  { name: "C, seed 5: at most 15, by the policy's word 17", shape: SHAPE_C, seed: 5, most: 15 },
  { name: "G, seed 5: at most 15, by the policy's word 17", shape: SHAPE_G, seed: 5, most: 15 },
  { name: "L, seed 1: at most 14, by the policy's word 18", shape: SHAPE_L, seed: 1, most: 14 },
])(
  "the third step up, shape $name",
  ({ name, shape, seed, most }) => {
    const traffic = poisson(...LEVELS.map((rate): [number, number] => [STEP_SECONDS, rate]));
    const durationSeconds = LEVELS.length * STEP_SECONDS;
    const scenario = boundScenario({
      seed,
      shape,
      traffic,
      initialReplicas: 3,
      durationSeconds,
      startupSeconds: 600,
    });
    const { runs, series } = simulated(scenario, [boundPolicy({ shape, startup: minutes(3) })], { seed });
    const desired = (series[0]?.desired ?? [])
      .filter(({ atSeconds }) => atSeconds >= durationSeconds - STEP_SECONDS)
      .map(({ replicas }) => replicas);
    const seen = { most: Math.max(...desired), hours: runs[0]?.gpuHours.total ?? 0 };
    sheet.note(name, seed, seen);
    expect(seen.most).toBeGreaterThanOrEqual(NEEDED);
    expect(seen.most).toBeLessThanOrEqual(most);
    expect(runs[0]?.invariantBreaches).toEqual([]);
  },
  60_000,
);
