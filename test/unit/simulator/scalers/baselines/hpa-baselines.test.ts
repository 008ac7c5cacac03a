// Baselines that are an HPA with queries: what each reads of the same traffic.

import { describe, expect, it, test } from "vitest";
import { baselineScaler } from "../../../../../src/simulator/scalers/baselines/baseline-scaler.ts";
import type { Scaler, ScalerView } from "../../../../../src/simulator/scalers/scaler.ts";
import { aView, type PodCurves } from "../../../../support/scaler-view.ts";
import { aBaseline, aControlPlane, aWorkloadScenario } from "../../../../support/workload-scenario.ts";

/** 20 requests/s answered, 12 waiting, 0.3 s in the queue and 0.1 s in the model each. */
const BUSY: PodCurves = {
  nv_inference_request_success: (t) => 1e6 + 20 * t,
  nv_inference_request_failure: () => 0,
  nv_inference_pending_request_count: () => 12,
  nv_inference_queue_duration_us: (t) => 1e12 + 20 * 300_000 * t,
  nv_inference_compute_infer_duration_us: (t) => 1e12 + 20 * 100_000 * t,
};
const IDLE: PodCurves = {
  nv_inference_request_success: () => 50,
  nv_inference_pending_request_count: () => 0,
  nv_inference_queue_duration_us: () => 900,
  nv_inference_compute_infer_duration_us: () => 900,
};

function scaler(
  baseline: string,
  view: ScalerView,
  parameters: Readonly<Record<string, number>> = {},
): Scaler {
  return baselineScaler(aBaseline(baseline, parameters), {
    workload: aWorkloadScenario(),
    controlPlane: aControlPlane(),
    view,
    bounds: { minReplicas: 2, maxReplicas: 9 },
  });
}

/** The readings in whole units, "error" where there is none. */
function read(scaled: Scaler, atSeconds: number): readonly (number | string)[] {
  return scaled
    .hpaMetrics(atSeconds)
    .map((reading) => (reading.kind === "values" ? Number(reading.milli[0]) / 1000 : reading.kind));
}

describe("keda-prometheus", () => {
  it("is the ScaledObject as printed: three average values, no behaviour, no fallback", () => {
    expect(scaler("keda-prometheus", aView({ pods: {} })).hand).toEqual({
      kind: "hpa",
      minReplicas: 2,
      maxReplicas: 9,
      metrics: [
        { type: "External", target: { type: "AverageValue", milli: 10_000 } },
        { type: "External", target: { type: "AverageValue", milli: 500_000_000 } },
        { type: "External", target: { type: "AverageValue", milli: 50_000 } },
      ],
      behavior: null,
      keda: { pollingIntervalSeconds: 15, cooldownPeriodSeconds: 300, fallback: null },
    });
  });

  it("finds no series by its label, so that every trigger reads 0 however busy the servers are", () => {
    const printed = scaler("keda-prometheus", aView({ pods: { a: BUSY, b: BUSY } }));
    expect(read(printed, 300)).toEqual([0, 0, 0]);
    expect(printed.isActive(300)).toBe(false);
    expect(printed.tick(300)?.reason).toBe("pending 0, queue µs 0, requests/s 0");
  });

  it("has its own bounds and thresholds where they are written", () => {
    const parameters = { pendingThreshold: 4, queueThreshold: 0.2, rateThreshold: 25, maxReplicas: 5 };
    expect(scaler("keda-prometheus", aView({ pods: {} }), parameters).hand).toMatchObject({
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [
        { target: { milli: 4000 } },
        { target: { milli: 200_000_000 } },
        { target: { milli: 25_000 } },
      ],
    });
  });
});

describe("keda-corrected", () => {
  it("reads waiting requests, mean queue time and requests/s of all pods", () => {
    const corrected = scaler("keda-corrected", aView({ pods: { a: BUSY, b: BUSY } }));
    expect(read(corrected, 300)).toEqual([24, 300_000, 40]);
    expect(corrected.isActive(300)).toBe(true);
    expect(corrected.hand).toMatchObject({
      metrics: [{ target: { type: "AverageValue" } }, { target: { type: "Value" } }, {}],
      keda: { fallback: { failureThreshold: 3, replicas: 3 } },
    });
  });

  it("reads a queue time of 0 while nothing is answered", () => {
    expect(read(scaler("keda-corrected", aView({ pods: { a: IDLE } })), 300)).toEqual([0, 0, 0]);
  });

  it("does not take missing data for no load", () => {
    const blind = scaler("keda-corrected", aView({ pods: {} }));
    expect(read(blind, 300)).toEqual(["error", "error", "error"]);
    expect(blind.isActive(300)).toBeNull();
  });
});

describe("hpa-request-rate", () => {
  it("holds answered requests/s per replica, by the older path without behaviour", () => {
    const rate = scaler("hpa-request-rate", aView({ pods: { a: BUSY, b: BUSY } }), { targetPerReplica: 30 });
    expect(read(rate, 300)).toEqual([40]);
    expect(rate.hand).toEqual({
      kind: "hpa",
      minReplicas: 2,
      maxReplicas: 9,
      metrics: [{ type: "External", target: { type: "AverageValue", milli: 30_000 } }],
      behavior: null,
      keda: null,
    });
  });

  it("has no value before two scrapes", () => {
    const rate = scaler("hpa-request-rate", aView({ pods: { a: BUSY } }), { targetPerReplica: 30 });
    expect(read(rate, 10)).toEqual(["error"]);
  });
});

describe("hpa-queue-compute", () => {
  test.each([
    { name: "sums the pods' ratios of queue to compute time", pods: { a: BUSY, b: BUSY }, want: [6] },
    { name: "is 0 while idle, where the denominator is held at 1", pods: { a: IDLE }, want: [0] },
    { name: "has no value without series", pods: {}, want: ["error"] },
  ])("$name", ({ pods, want }) => {
    expect(read(scaler("hpa-queue-compute", aView({ pods })), 300)).toEqual(want);
  });

  it("reads what its rule last recorded", () => {
    const late: PodCurves = { ...BUSY, nv_inference_queue_duration_us: (t) => (t <= 300 ? 1e12 : 1.1e12) };
    const ratio = scaler("hpa-queue-compute", aView({ pods: { a: late } }));
    expect(read(ratio, 317.9)).toEqual([0]);
    expect(read(ratio, 318)).toEqual([1111.111]);
  });
});

describe("every HPA baseline", () => {
  test.each(["keda-prometheus", "keda-corrected", "hpa-request-rate", "hpa-queue-compute"])(
    "%s gets errors, not zeros, while Prometheus itself is down",
    (baseline) => {
      const down = scaler(baseline, aView({ pods: { a: BUSY }, untilSeconds: 200 }), {
        targetPerReplica: 30,
      });
      expect(new Set(read(down, 250))).toEqual(new Set(["error"]));
    },
  );
});
