// The elasticity metrics on series that were worked out by hand.

import { describe, expect, it, test } from "vitest";
import { elasticity, elasticSpeedUp } from "../../../../src/simulator/results/elasticity.ts";

describe("elasticity", () => {
  test.each([
    {
      name: "supply that equals demand has no fault",
      demand: [2, 4, 4, 1],
      supply: [2, 4, 4, 1],
      want: {
        underProvisionedRatio: 0,
        overProvisionedRatio: 0,
        missingReplicas: 0,
        surplusReplicas: 0,
        underProvisionedTimeRatio: 0,
        overProvisionedTimeRatio: 0,
        instabilityRatio: 0,
        jitterPerHour: 0,
        idleSeconds: 0,
      },
    },
    {
      name: "supply that comes a slot late is short, then ample, and never moves with demand",
      demand: [2, 4, 4, 2],
      supply: [2, 2, 4, 4],
      want: {
        underProvisionedRatio: 0.5 / 4,
        overProvisionedRatio: 1 / 4,
        missingReplicas: 2 / 4,
        surplusReplicas: 2 / 4,
        underProvisionedTimeRatio: 1 / 4,
        overProvisionedTimeRatio: 1 / 4,
        instabilityRatio: 1,
        jitterPerHour: (-1 * 3600) / 120,
        idleSeconds: 0,
      },
    },
    {
      name: "slots without demand count as idle, not in the accuracies",
      demand: [0, 0, 4, 4],
      supply: [1, 1, 3, 5],
      want: {
        underProvisionedRatio: 0.25 / 2,
        overProvisionedRatio: 0.25 / 2,
        missingReplicas: 1 / 4,
        surplusReplicas: 3 / 4,
        underProvisionedTimeRatio: 1 / 4,
        overProvisionedTimeRatio: 3 / 4,
        instabilityRatio: 1 / 3,
        jitterPerHour: 3600 / 120,
        idleSeconds: 60,
      },
    },
    {
      name: "a supply that flaps under constant demand is unstable",
      demand: [3, 3, 3, 3, 3],
      supply: [3, 4, 3, 4, 3],
      want: {
        underProvisionedRatio: 0,
        overProvisionedRatio: 2 / 3 / 5,
        missingReplicas: 0,
        surplusReplicas: 2 / 5,
        underProvisionedTimeRatio: 0,
        overProvisionedTimeRatio: 2 / 5,
        instabilityRatio: 1,
        jitterPerHour: (4 * 3600) / 150,
        idleSeconds: 0,
      },
    },
  ])("$name", ({ demand, supply, want }) => {
    expect(elasticity({ demand, supply, slotSeconds: 30 })).toEqual(want);
  });

  it("says nothing of no slots", () => {
    expect(elasticity({ demand: [], supply: [], slotSeconds: 30 })).toEqual({
      underProvisionedRatio: null,
      overProvisionedRatio: null,
      missingReplicas: null,
      surplusReplicas: null,
      underProvisionedTimeRatio: null,
      overProvisionedTimeRatio: null,
      instabilityRatio: null,
      jitterPerHour: null,
      idleSeconds: 0,
    });
  });
});

describe("elasticSpeedUp", () => {
  const late = elasticity({ demand: [2, 4, 4, 2], supply: [2, 2, 4, 4], slotSeconds: 30 });
  const fixed = elasticity({ demand: [2, 4, 4, 2], supply: [3, 3, 3, 3], slotSeconds: 30 });

  it("is 1 against itself", () => {
    expect(elasticSpeedUp(fixed, fixed)).toBe(1);
  });

  it("is the geometric mean of the four improvements", () => {
    const ratios = [0.125 / 0.125, 0.25 / 0.25, 0.5 / 0.25, 0.5 / 0.25];
    expect(elasticSpeedUp(fixed, late)).toBeCloseTo(
      ratios.reduce((product, ratio) => product * ratio, 1) ** 0.25,
    );
  });

  it("is unknown where a run had no demand", () => {
    const idle = elasticity({ demand: [0], supply: [1], slotSeconds: 30 });
    expect(elasticSpeedUp(fixed, idle)).toBeNull();
  });
});
