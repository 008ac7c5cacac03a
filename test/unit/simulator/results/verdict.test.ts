// The verdict in words: the conclusion, candidates beside ours with their intervals, who was rejected and why.

import { describe, expect, test } from "vitest";
import type {
  ExpectationResult,
  SimulationResult,
  SimulationRun,
} from "../../../../src/domain/simulation-result.ts";
import { verdictOf, type Yardstick } from "../../../../src/simulator/results/verdict.ts";
import { gpuHours, simulationRun } from "../../../support/simulation-run.ts";

const YARDSTICK: Yardstick = {
  objectives: [{ workload: "ai-inference/triton-burst", percentile: 99 }],
  clairvoyant: new Set(["foresight"]),
};

function resultOf(
  runs: readonly SimulationRun[],
  expected: readonly ExpectationResult[] = [],
): SimulationResult {
  const ok =
    expected.every((one) => one.ok) && runs.every(({ invariantBreaches }) => invariantBreaches.length === 0);
  return {
    kind: "SimulationResult",
    v: 1,
    version: "0.1.0",
    scenario: "surge",
    scenarioHash: "0123456789abcdef",
    runs,
    expect: expected,
    ok,
  };
}

const run = (candidate: string, total: number, attainmentRatio: number): SimulationRun =>
  simulationRun({ candidate, attainmentRatio, gpuHours: gpuHours(total) });

const secondRun = (candidate: string, total: number, attainmentRatio: number): SimulationRun => ({
  ...run(candidate, total, attainmentRatio),
  seed: 2,
});

const conclusions: readonly {
  readonly name: string;
  readonly result: SimulationResult;
  readonly conclusion: string;
}[] = [
  {
    name: "ours alone",
    result: resultOf([run("ours", 2, 0.995)]),
    conclusion: "ok: ours holds its objective with 2.000 GPU-hours",
  },
  {
    name: "ours the cheapest of those that hold it",
    result: resultOf([run("ours", 2, 0.995), run("fixed", 4, 1)]),
    conclusion: "ok: ours holds its objective with 2.000 GPU-hours, the fewest of the 2 candidates that do",
  },
  {
    name: "a cheaper one that holds it, too",
    result: resultOf([run("ours", 2, 0.995), run("fixed", 1.5, 0.991)]),
    conclusion: "ok: ours holds its objective with 2.000 GPU-hours; fixed holds it with 1.500",
  },
  {
    name: "nobody else who holds it",
    result: resultOf([run("ours", 2, 0.995), run("fixed", 1.5, 0.98)]),
    conclusion: "ok: ours holds its objective with 2.000 GPU-hours; no other candidate holds it",
  },
  {
    name: "who knows the future",
    result: resultOf([run("ours", 2, 0.995), run("fixed", 3, 1), run("foresight", 0.5, 0.992)]),
    conclusion:
      "ok: ours holds its objective with 2.000 GPU-hours, the fewest of the 2 candidates that do; with the future known 0.500 would do",
  },
  {
    name: "ours missing it",
    result: resultOf([run("ours", 2, 0.98), run("fixed", 1.5, 0.999)]),
    conclusion: "ok: ours misses its objective with 2.000 GPU-hours",
  },
  {
    name: "expectations met",
    result: resultOf([run("ours", 12.34, 0.995)], [{ candidate: "ours", ok: true, missed: [] }]),
    conclusion: "ok: all expectations are met; ours holds its objective with 12.3 GPU-hours",
  },
  {
    name: "an expectation missed",
    result: resultOf([run("ours", 2, 0.995)], [{ candidate: "ours", ok: false, missed: ["replicas 9"] }]),
    conclusion: "NOT ok: 1 expectation or invariant is missed; ours holds its objective with 2.000 GPU-hours",
  },
];

describe("the conclusion", () => {
  test.each(conclusions)("says of $name what it is", ({ result, conclusion }) => {
    expect(verdictOf(result, YARDSTICK).conclusion).toBe(conclusion);
  });

  test("lists what was missed and what was broken", () => {
    const runs = [{ ...run("ours", 2, 1), invariantBreaches: ["left its bounds", "left its bounds"] }];
    const verdict = verdictOf(
      resultOf(runs, [{ candidate: "ours", ok: false, missed: ["replicas 9, at most 8 expected"] }]),
      YARDSTICK,
    );
    expect(verdict.missed).toEqual([
      "ours: replicas 9, at most 8 expected",
      "ours: invariant broken: left its bounds (ai-inference/triton-burst, seed 1)",
    ]);
  });
});

describe("the candidates", () => {
  test("stand beside ours with a bare difference for one seed", () => {
    expect(
      verdictOf(resultOf([run("ours", 2, 0.995), run("fixed", 3, 0.999)]), YARDSTICK).candidates,
    ).toEqual([
      "ours: 99.50 % in time, 2.000 GPU-hours, p99 199 ms, 1 reversal",
      "fixed: 99.90 % in time, 3.000 GPU-hours, p99 199 ms, 1 reversal; against ours: GPU-hours +1.000 = +50.0 %, in time +0.40 points",
    ]);
  });

  test("have a paired interval for several seeds: Student's t with n − 1 degrees of freedom", () => {
    const runs = [
      run("ours", 2, 0.995),
      secondRun("ours", 3, 0.995),
      run("fixed", 3, 0.995),
      secondRun("fixed", 4.2, 0.995),
    ];
    // Differences 1.0 and 1.2: mean 1.1, standard error 0.1, t(0.975, 1) = 12.706.
    expect(verdictOf(resultOf(runs), YARDSTICK).candidates[1]).toBe(
      "fixed: 99.50 % in time, 3.600 GPU-hours, p99 199 ms, 1 reversal; against ours: GPU-hours +1.100 (−0.171 to +2.371) = +44.0 %, in time +0.00 (+0.00 to +0.00) points",
    );
  });

  test("are summed over workloads and weighed by their requests", () => {
    const light = { arrived: 1000, succeeded: 900, rejected: 100, timedOut: 0, failed: 0, unfinished: 0 };
    const runs = [
      simulationRun({ attainmentRatio: 1, requests: { ...light, arrived: 3000 } }),
      simulationRun({ workload: "ai-inference/other", attainmentRatio: 0.9, requests: light }),
      simulationRun({ workload: "ai-inference/other", model: "second", attainmentRatio: 1, requests: light }),
    ];
    // Two workloads of 2 GPU-hours; (3000 + 900 + 1000) of 5000 requests in time.
    expect(verdictOf(resultOf(runs), YARDSTICK).candidates).toEqual([
      "ours: 98.00 % in time, 4.000 GPU-hours, p99 199 ms, 2 reversals",
    ]);
  });

  test("never show a missed objective as held by rounding", () => {
    expect(verdictOf(resultOf([run("ours", 2, 0.989_999)]), YARDSTICK).candidates[0]).toContain("98.99 %");
  });
});

const rejections: readonly {
  readonly name: string;
  readonly runs: readonly SimulationRun[];
  readonly rejected: readonly string[];
}[] = [
  {
    name: "who misses the objective",
    runs: [run("ours", 2, 0.995), run("fixed", 1, 0.9)],
    rejected: ["fixed: misses the objective of ai-inference/triton-burst, 90.00 % of 99 %"],
  },
  {
    name: "who holds it no better for more",
    runs: [run("ours", 2, 0.995), run("fixed", 3, 0.995)],
    rejected: ["fixed: holds it too, for 1.000 GPU-hours more"],
  },
  {
    name: "nobody who holds it better for more",
    runs: [run("ours", 2, 0.995), run("fixed", 3, 0.999)],
    rejected: [],
  },
  {
    name: "nobody whose difference may be chance",
    runs: [
      run("ours", 2, 0.995),
      secondRun("ours", 3, 0.995),
      run("fixed", 3, 0.995),
      secondRun("fixed", 3.1, 0.995),
    ],
    rejected: [],
  },
  {
    name: "ours, if it misses",
    runs: [run("ours", 2, 0.5), run("fixed", 3, 0.995)],
    rejected: ["ours: misses the objective of ai-inference/triton-burst, 50.00 % of 99 %"],
  },
];

test.each(rejections)("is rejected: $name", ({ runs, rejected }) => {
  expect(verdictOf(resultOf(runs), YARDSTICK).rejected).toEqual(rejected);
});
