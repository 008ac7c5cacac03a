// The replay of recordings notices what differs, and says where. The recording is the beginning of a real one (1.35.8).

import { expect, test } from "vitest";
import { replayVector } from "../../../verify/hpa-replay.ts";
import type { FileStep, HpaVector } from "../../../verify/hpa-vector.ts";

const IN_RANGE = "ScalingLimited=False/DesiredWithinRange";
const ACTIVE = "ScalingActive=True/ValidMetricFound";

function step(t: number, [spec, wish, proposal, desired]: readonly number[], conditions: string[]): FileStep {
  const scaled = desired === spec ? {} : { scaledTo: desired ?? 0 };
  return {
    t,
    specReplicas: spec ?? 0,
    statusReplicas: spec ?? 0,
    metrics: [{ values: [1_000 * (wish ?? 0)] }],
    proposal: proposal ?? 0,
    desiredReplicas: desired ?? 0,
    ...scaled,
    conditions: [`AbleToScale=True/${conditions[0]}`, ACTIVE, conditions[1] ?? IN_RANGE],
  };
}

const STEPS: readonly FileStep[] = [
  step(29_900, [9, 13, 13, 13], ["SucceededRescale"]),
  step(44_900, [13, 12, 13, 13], ["ReadyForNewScale"]),
  step(59_900, [13, 75, 75, 26], ["SucceededRescale", "ScalingLimited=True/ScaleUpLimit"]),
  step(74_900, [26, 26, 26, 26], ["ReadyForNewScale"]),
];

function vector(steps: readonly FileStep[]): HpaVector {
  return {
    id: "loops/beginning",
    family: "loops",
    kubernetes: "1.35.8",
    flags: {
      downscaleStabilizationMs: 300_000,
      tolerance: 0.1,
      cpuInitializationPeriodMs: 300_000,
      initialReadinessDelayMs: 30_000,
    },
    featureGates: { HPAConfigurableTolerance: true, HPAScaleToZero: false },
    hpa: {
      minReplicas: 5,
      maxReplicas: 111,
      metrics: [{ type: "External", target: { type: "AverageValue", milli: 1_000 } }],
      behaviorDefaulted: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: "Max",
          policies: [
            { type: "Pods", value: 4, periodSeconds: 15 },
            { type: "Percent", value: 100, periodSeconds: 15 },
          ],
        },
        scaleDown: { selectPolicy: "Max", policies: [{ type: "Percent", value: 90, periodSeconds: 16 }] },
      },
    },
    steps,
  };
}

test("equal steps give no difference", () => {
  expect(replayVector(vector(STEPS))).toEqual([]);
});

test.each([
  { field: "proposal", change: { proposal: 74 }, recorded: "74", ours: "75" },
  { field: "scaledTo", change: { scaledTo: 27 }, recorded: "27", ours: "26" },
  { field: "desiredReplicas", change: { desiredReplicas: 27 }, recorded: "27", ours: "26" },
  {
    field: "conditions",
    change: { conditions: [ACTIVE] },
    recorded: ACTIVE,
    ours: `AbleToScale=True/SucceededRescale ${ACTIVE} ScalingLimited=True/ScaleUpLimit`,
  },
  {
    field: "currentMetrics",
    change: { currentMetrics: [{ averageValue: 5_769 }] },
    recorded: "[averageValue=5769]",
    ours: "[averageValue=5770]",
  },
])("a changed $field shows with both values", ({ field, change, recorded, ours }) => {
  const steps = STEPS.map((recordedStep, index) =>
    index === 2 ? { ...recordedStep, ...change } : recordedStep,
  );
  const found = replayVector(vector(steps)).filter((difference) => difference.step === 2);
  expect(found).toEqual([{ id: "loops/beginning", step: 2, field, recorded, ours }]);
});
