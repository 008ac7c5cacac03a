// A row of a simulation's result in which all is well, to be changed where a test looks.

import type { SimulationRun } from "../../src/domain/simulation-result.ts";

/** Returns the row with some of its fields replaced. */
export function simulationRun(changes: Partial<SimulationRun> = {}): SimulationRun {
  return {
    candidate: "ours",
    workload: "ai-inference/triton-burst",
    model: "burst",
    seed: 1,
    durationSeconds: 1800,
    requests: { arrived: 1000, succeeded: 1000, rejected: 0, timedOut: 0, failed: 0, unfinished: 0 },
    batches: { executions: 500, meanBatch: 2 },
    latencyMs: { mean: 120, p50: 110, p90: 160, p95: 180, p99: 199, max: 240 },
    queueMs: { mean: 20, p50: 10, p95: 60, p99: 80, max: 120 },
    attainmentRatio: 0.995,
    gpuHours: gpuHours(2),
    replicas: { min: 3, max: 8, mean: 4, final: 3 },
    scaling: { scaleOuts: 2, scaleIns: 5, reversals: 1, firstScaleOutSeconds: 60, recoverySeconds: 12 },
    invariantBreaches: [],
    ...changes,
  };
}

/** Returns so many GPU-hours, half of them idle. */
export function gpuHours(total: number): SimulationRun["gpuHours"] {
  return { total, serving: total / 4, starting: total / 8, draining: total / 8, idle: total / 2 };
}
