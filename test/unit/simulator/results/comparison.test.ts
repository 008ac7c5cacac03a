// Comparing two folders of policies: paired differences by seed, and gates judged by what is certain.

import { describe, expect, it } from "vitest";
import { type ComparedRuns, compareRuns, type Gates } from "../../../../src/simulator/results/comparison.ts";
import type { PolicyScore } from "../../../../src/simulator/results/policy-score.ts";

function score(gpuHours: number, attainmentRatio: number | null): PolicyScore {
  return { gpuHours, attainmentRatio, reversals: 2, latencyP99Ms: attainmentRatio === null ? null : 180 };
}

function runs(base: readonly PolicyScore[], head: readonly PolicyScore[]): readonly ComparedRuns[] {
  return [{ scenario: "surge", policy: "ai/embedder", base, head }];
}

const NO_GATES: Gates = { maxGpuHoursIncrease: null, maxAttainmentLoss: null };

describe("compareRuns", () => {
  it("pairs seed by seed: what both runs share is no uncertainty", () => {
    const result = compareRuns(
      runs([score(10, 0.99), score(20, 0.98)], [score(11, 0.99), score(21, 0.98)]),
      NO_GATES,
    );
    expect(result).toEqual({
      kind: "ComparisonResult",
      v: 1,
      pairs: [
        {
          scenario: "surge",
          policy: "ai/embedder",
          n: 2,
          gpuHours: { base: 15, head: 16, difference: 1, low: 1, high: 1 },
          attainmentRatio: { base: 0.985, head: 0.985, difference: 0, low: 0, high: 0 },
          reversals: { base: 2, head: 2, difference: 0, low: 0, high: 0 },
          latencyP99Ms: { base: 180, head: 180, difference: 0, low: 0, high: 0 },
        },
      ],
      broken: [],
      ok: true,
    });
  });

  it("one pair has a difference and no interval; a figure without values is unknown", () => {
    const [pair] = compareRuns(runs([score(10, null)], [score(12, null)]), NO_GATES).pairs;
    expect(pair?.gpuHours).toEqual({ base: 10, head: 12, difference: 2, low: null, high: null });
    expect(pair?.attainmentRatio).toEqual({
      base: null,
      head: null,
      difference: null,
      low: null,
      high: null,
    });
  });

  it.each([
    {
      name: "a certain increase above the gate",
      base: [score(10, 0.99), score(20, 0.99)],
      head: [score(11, 0.99), score(21, 0.99)],
      gates: { ...NO_GATES, maxGpuHoursIncrease: 0.05 },
      broken: ["ai/embedder under surge: GPU-hours rise by at least 6.67 %, at most 5 % allowed"],
    },
    {
      name: "an increase that may be chance",
      base: [score(10, 0.99), score(20, 0.99)],
      head: [score(11, 0.99), score(25, 0.99)],
      gates: { ...NO_GATES, maxGpuHoursIncrease: 0.05 },
      broken: [],
    },
    {
      name: "one pair: the difference itself",
      base: [score(10, 0.99)],
      head: [score(10, 0.97)],
      gates: { ...NO_GATES, maxAttainmentLoss: 0.01 },
      broken: ["ai/embedder under surge: attainment falls by at least 2 %, at most 1 % allowed"],
    },
    {
      name: "a loss within the gate",
      base: [score(10, 0.99)],
      head: [score(10, 0.985)],
      gates: { ...NO_GATES, maxAttainmentLoss: 0.01 },
      broken: [],
    },
  ])("$name", ({ base, head, gates, broken }) => {
    expect(compareRuns(runs(base, head), gates)).toMatchObject({ broken, ok: broken.length === 0 });
  });
});
