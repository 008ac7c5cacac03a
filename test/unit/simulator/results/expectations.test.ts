// What a scenario expects is asked of every run: each bound, each seed, each workload and model.

import { describe, expect, test } from "vitest";
import type { Expectation } from "../../../../src/domain/scenario.ts";
import type { SimulationRun } from "../../../../src/domain/simulation-result.ts";
import { expectationResults } from "../../../../src/simulator/results/expectations.ts";
import { gpuHours, simulationRun } from "../../../support/simulation-run.ts";

const NOTHING: Expectation = {
  candidate: "ours",
  attainmentRatioMin: null,
  gpuHoursMax: null,
  reversalsMax: null,
  latencyP99MsMax: null,
  replicasMax: null,
};
const MODEL = "ai-inference/triton-burst, model burst, seed 1";
const WORKLOAD = "ai-inference/triton-burst, seed 1";

const cases: readonly {
  readonly name: string;
  readonly asked: Partial<Expectation>;
  readonly runs: readonly SimulationRun[];
  readonly missed: readonly string[];
}[] = [
  {
    name: "bounds that are just held",
    asked: {
      attainmentRatioMin: 0.995,
      gpuHoursMax: 2,
      reversalsMax: 1,
      latencyP99MsMax: 199,
      replicasMax: 8,
    },
    runs: [simulationRun()],
    missed: [],
  },
  {
    name: "every bound by a little",
    asked: {
      attainmentRatioMin: 0.996,
      gpuHoursMax: 1.99,
      reversalsMax: 0,
      latencyP99MsMax: 198,
      replicasMax: 7,
    },
    runs: [simulationRun()],
    missed: [
      `attainmentRatio 0.995, at least 0.996 expected (${MODEL})`,
      `gpuHours 2, at most 1.99 expected (${WORKLOAD})`,
      `reversals 1, at most 0 expected (${WORKLOAD})`,
      `latencyP99Ms 199, at most 198 expected (${MODEL})`,
      `replicas 8, at most 7 expected (${WORKLOAD})`,
    ],
  },
  {
    name: "one seed of two",
    asked: { gpuHoursMax: 3 },
    runs: [simulationRun(), simulationRun({ seed: 2, gpuHours: gpuHours(4) })],
    missed: ["gpuHours 4, at most 3 expected (ai-inference/triton-burst, seed 2)"],
  },
  {
    name: "the replicas of a workload once, however many models it serves",
    asked: { gpuHoursMax: 1 },
    runs: [simulationRun(), simulationRun({ model: "other" })],
    missed: [`gpuHours 2, at most 1 expected (${WORKLOAD})`],
  },
  {
    name: "nobody else's runs",
    asked: { gpuHoursMax: 3 },
    runs: [simulationRun({ candidate: "fixed", gpuHours: gpuHours(9) })],
    missed: [],
  },
  {
    name: "no share of no requests",
    asked: { attainmentRatioMin: 1, latencyP99MsMax: 1 },
    runs: [
      simulationRun({
        attainmentRatio: null,
        requests: { arrived: 0, succeeded: 0, rejected: 0, timedOut: 0, failed: 0, unfinished: 0 },
        latencyMs: { mean: null, p50: null, p90: null, p95: null, p99: null, max: null },
      }),
    ],
    missed: [],
  },
  {
    name: "requests that nobody answered",
    asked: { latencyP99MsMax: 1000 },
    runs: [
      simulationRun({ latencyMs: { mean: null, p50: null, p90: null, p95: null, p99: null, max: null } }),
    ],
    missed: [`latencyP99Ms unbounded, at most 1000 expected (${MODEL})`],
  },
];

describe("an expectation", () => {
  test.each(cases)("misses $name", ({ asked, runs, missed }) => {
    expect(expectationResults([{ ...NOTHING, ...asked }], runs)).toEqual([
      { candidate: "ours", ok: missed.length === 0, missed },
    ]);
  });

  test("has a result of its own for each entry, in their order", () => {
    const expected = [
      { ...NOTHING, candidate: "fixed", replicasMax: 8 },
      { ...NOTHING, replicasMax: 7 },
    ];
    expect(expectationResults(expected, [simulationRun(), simulationRun({ candidate: "fixed" })])).toEqual([
      { candidate: "fixed", ok: true, missed: [] },
      { candidate: "ours", ok: false, missed: [`replicas 8, at most 7 expected (${WORKLOAD})`] },
    ]);
  });
});
