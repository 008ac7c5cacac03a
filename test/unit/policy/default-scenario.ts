// What the valid scenario, which says as little as one can, is read as: every default in its place.

import type { HpaScalingRules, Scenario } from "../../../src/domain/scenario.ts";
import { instant } from "../../../src/domain/units.ts";

/** Scaling rules in which every field is absent. */
export const ABSENT_RULES: HpaScalingRules = {
  tolerance: null,
  stabilizationWindowSeconds: null,
  selectPolicy: null,
  policies: null,
};

/** The valid scenario, read. */
export const DEFAULT_SCENARIO: Scenario = {
  name: "surge",
  start: instant(Date.parse("2026-01-05T00:00:00Z")),
  durationSeconds: 1800,
  warmupSeconds: 0,
  seeds: [1],
  workloads: [
    {
      namespace: "ai-inference",
      name: "triton-burst",
      kind: "Deployment",
      initialReplicas: 3,
      gpusPerReplica: 1,
      gpuMemory: { totalBytes: 80 * 2 ** 30, usedBytes: 40 * 2 ** 30 },
      latencySummaries: true,
      pool: null,
      startup: {
        scheduling: { kind: "constant", seconds: 1 },
        imagePull: { kind: "constant", seconds: 0 },
        modelLoad: { kind: "logNormal", p50Seconds: 25, p95Seconds: 60 },
        readinessProbePeriodSeconds: 10,
      },
      shutdown: { preStopSeconds: 5, exitTimeoutSeconds: 30 },
      balancer: { kind: "roundRobin", pinned: null },
      models: [
        {
          name: "burst",
          scheduler: {
            kind: "batcher",
            batching: {
              maxBatchSize: 4,
              instances: 1,
              maxQueueDelaySeconds: 0,
              preferredBatchSizes: [],
              maxQueueSize: 0,
              queueTimeoutSeconds: 0,
              timeoutAction: "reject",
            },
          },
          service: {
            points: [
              { batch: 1, seconds: 0.1 },
              { batch: 4, seconds: 0.16 },
            ],
            spread: 0,
            gpuContention: 1,
            overheadSeconds: 0,
          },
          traffic: [
            {
              kind: "generated",
              generator: { kind: "poisson" },
              phases: [{ forSeconds: 45, fromRate: 36, toRate: 36 }],
            },
          ],
          requestBatch: [{ batch: 1, share: 1 }],
        },
      ],
    },
  ],
  cluster: { pools: [], fullSpeedLoads: null },
  controlPlane: {
    source: {
      kind: "prometheus",
      scrapeIntervalSeconds: 15,
      scrapePhaseSeconds: null,
      scrapeLossRatio: 0,
      lagSeconds: 2,
    },
    tickIntervalSeconds: 15,
    actuation: "keda",
    keda: { pollingIntervalSeconds: 30, cooldownPeriodSeconds: 300, fallback: null },
    hpa: {
      version: "1.35",
      syncPeriodSeconds: 15,
      syncJitterSeconds: 0,
      behavior: {
        scaleUp: { ...ABSENT_RULES, tolerance: 0 },
        scaleDown: { ...ABSENT_RULES, tolerance: 0 },
      },
    },
  },
  candidates: [
    { kind: "policies", name: "ours", policies: ["../policies/burst.yaml"] },
    { kind: "baseline", name: "fixed-3", baseline: "static", parameters: { replicas: 3 } },
  ],
  faults: [],
  expect: [],
};
