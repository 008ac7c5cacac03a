// The standard set of rules beside ours, and that every rule of the table can be made from it.

import { expect, it } from "vitest";
import { BASELINES } from "../../../../../src/domain/baselines.ts";
import type { Scenario } from "../../../../../src/domain/scenario.ts";
import { baselineScaler } from "../../../../../src/simulator/scalers/baselines/baseline-scaler.ts";
import { standardBaselines } from "../../../../../src/simulator/scalers/baselines/standard-baselines.ts";
import { at } from "../../../../support/builders.ts";
import { aView } from "../../../../support/scaler-view.ts";
import {
  aBaseline,
  aControlPlane,
  aModelScenario,
  aWorkloadScenario,
} from "../../../../support/workload-scenario.ts";

const SCENARIO: Scenario = {
  name: "surge",
  start: at(0),
  durationSeconds: 600,
  warmupSeconds: 0,
  seeds: [1],
  workloads: [aWorkloadScenario()],
  cluster: { pools: [], fullSpeedLoads: null },
  controlPlane: aControlPlane(),
  candidates: [{ kind: "policies", name: "ours", policies: ["ours.yaml"] }],
  faults: [],
  expect: [],
};

it("has one candidate a rule, loaded to 70 % of the 40 requests/s that a replica answers", () => {
  const set = standardBaselines(SCENARIO);
  expect(set.map(({ baseline }) => baseline).sort()).toEqual(Object.keys(BASELINES).sort());
  expect(Object.fromEntries(set.map(({ baseline, parameters }) => [baseline, parameters]))).toMatchObject({
    static: { replicas: 3 },
    "keda-prometheus": {},
    "keda-corrected": { rateThreshold: 28 },
    "hpa-request-rate": { targetPerReplica: 28 },
    knative: { targetPerReplica: 28 },
    watermark: { high: 32, low: 16 },
    "delayed-off": { targetPerReplica: 28 },
  });
});

it("adds up what the models of one replica answer, slowed where they share a GPU badly", () => {
  const model = aModelScenario();
  const crowded = { ...model, service: { ...model.service, gpuContention: 1.6 } };
  const rateOf = (models: readonly (typeof model)[]): number | undefined =>
    standardBaselines({ ...SCENARIO, workloads: [aWorkloadScenario({ models })] }).find(
      ({ baseline }) => baseline === "hpa-request-rate",
    )?.parameters["targetPerReplica"];
  expect(rateOf([model, model])).toBe(56);
  expect(rateOf([crowded, crowded])).toBe(35);
});

it("leaves out names that are taken", () => {
  const candidates = [...SCENARIO.candidates, aBaseline("knative", { concurrency: 4 })];
  expect(standardBaselines({ ...SCENARIO, candidates }).map(({ name }) => name)).not.toContain("knative");
});

it("makes scalers of every rule", () => {
  const context = {
    workload: aWorkloadScenario(),
    controlPlane: aControlPlane(),
    view: aView({ pods: {} }),
    bounds: { minReplicas: 1, maxReplicas: 8 },
  };
  const plan = { slotSeconds: 60, replicas: [4] };
  for (const candidate of standardBaselines(SCENARIO)) {
    const scaler = baselineScaler(candidate, { ...context, plan });
    expect(scaler.hpaMetrics(0)).toHaveLength(scaler.hand.kind === "hpa" ? scaler.hand.metrics.length : 0);
  }
  expect(() => baselineScaler(aBaseline("clairvoyant"), context)).toThrow(/plan/);
  expect(() => baselineScaler(aBaseline("guess"), context)).toThrow("no rule is called guess");
});
