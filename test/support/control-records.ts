// Observations and records as literal values, for tests of what is made of them.

import type { Observation } from "../../src/domain/observation.ts";
import type { DecisionRecord } from "../../src/domain/record.ts";
import { UNSATURATED } from "./builders.ts";
import { at } from "./control-ports.ts";

/** Returns an observation of calm traffic on `desired` replicas, all ready. */
export function anObservation({
  desired = 3,
  second = 50,
}: {
  desired?: number | null;
  second?: number;
} = {}): Observation {
  const count = desired ?? 0;
  return {
    at: at(second),
    replicas: { desired, ready: desired, starting: desired === null ? null : 0, source: "pods" },
    pods: { expected: count, fresh: count },
    signals: {
      requestRate: { state: "live", value: 55, unit: "requests/s", ageSeconds: 0.6, freshPods: count },
      pendingRequests: {
        state: "live",
        value: 2,
        unit: "requests",
        ageSeconds: 0.6,
        freshPods: count,
        oldest: 2,
        newest: 2,
        arrivalsPerSecond: 55,
        capped: 2,
      },
    },
    rejectedRequests: 0,
    activation: null,
    traffic: {
      arrivalsPerSecond: 55,
      recentArrivalsPerSecond: 55,
      completionsPerSecond: 55,
      pendingRequests: 2,
      inFlightRequests: 6,
      meanRequestSeconds: 0.11,
      meanQueueSeconds: 0.01,
      meanComputeSeconds: 0.1,
      meanBatch: 2.5,
      completedRequests: 3300,
    },
    capacity: UNSATURATED,
    requestTime: {},
    tickIntervalSeconds: 1,
  };
}

/** Returns the record of a surge on three replicas: 10 wanted, 7 allowed at once, memory without samples. */
export function surgeRecord(): DecisionRecord {
  const calm = anObservation();
  const { requestRate, pendingRequests } = calm.signals;
  if (requestRate === undefined || pendingRequests === undefined) throw new Error("both are declared");
  return {
    kind: "decision",
    v: 1,
    version: "0.1.0",
    at: at(50),
    policy: "ai-inference/embedder",
    policyHash: "9f2c4e5a01b7d3c8",
    observation: {
      ...calm,
      signals: {
        requestRate: { ...requestRate, value: 105 },
        pendingRequests: { ...pendingRequests, value: 412 },
        gpuMemory: { state: "absent", value: null, unit: "ratio", ageSeconds: null, freshPods: 0 },
      },
    },
    steps: [
      { step: "signal", signal: "requestRate", wish: 6, reason: "ABOVE_TARGET" },
      { step: "signal", signal: "pendingRequests", wish: 10, reason: "ABOVE_TARGET" },
      { step: "signal", signal: "latency", wish: 3, reason: "WITHIN_TOLERANCE" },
      { step: "signal", signal: "gpuMemory", wish: null, reason: "ABSENT" },
      { step: "combine", from: 3, to: 10, reason: "LARGEST_WISH", signal: "pendingRequests" },
      {
        step: "rateLimit",
        from: 10,
        to: 7,
        reason: "SCALE_OUT_LIMITED",
        limit: { replicas: 4, percent: 100, perSeconds: 60 },
        used: 0,
      },
    ],
    decision: { replicas: 7, active: true, status: "degraded", scaleInBlocked: ["ABSENT:gpuMemory"] },
    answer: { code: "OK", metricName: "desired-replicas", metricValue: 7, targetSize: 1 },
  };
}
