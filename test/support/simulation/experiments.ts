// The closed-loop experiments under stated defaults: shape C, KEDA and the exact HPA between tick and pods.

import type { Policy } from "../../../src/domain/policy.ts";
import type { Scenario, TrafficStream } from "../../../src/domain/scenario.ts";
import type { ReplicaSeries } from "../../../src/domain/simulation-course.ts";
import type { SimulationRun } from "../../../src/domain/simulation-result.ts";
import { aControlPlane, aModelScenario, aWorkloadScenario } from "../workload-scenario.ts";
import { boundPolicy } from "./bound-policy.ts";
import { aScenario, simulated } from "./scenario.ts";

export const HOUR = 3600;
export const SEEDS = [1, 2, 3];
/** Requests/s that one replica is meant to carry: three quarters of what it can. */
export const LOAD_TARGET = 30;
/** Requests/s that saturate one replica. */
export const CAPACITY = 40;

const NO_TOLERANCE = {
  tolerance: 0,
  stabilizationWindowSeconds: null,
  selectPolicy: null,
  policies: null,
} as const;

export type Experiment = {
  readonly seed: number;
  readonly traffic: TrafficStream;
  readonly initialReplicas: number;
  readonly durationSeconds: number;
  readonly policy?: Policy;
  /** Median time from a pod's creation until it is ready; half as long again is usual. */
  readonly startupSeconds?: number;
  readonly scrapeLossRatio?: number;
};

/** What an experiment came to. */
export type Outcome = { readonly run: SimulationRun; readonly series: ReplicaSeries };

/** Runs an experiment: 15 s between scrapes, ticks and syncs, starts of 180 s in the median, tolerance 0. */
export function run(experiment: Experiment): Outcome {
  const { runs, series } = simulated(boundScenario(experiment), [experiment.policy ?? boundPolicy()], {
    seed: experiment.seed,
  });
  const [first] = runs;
  const [ofWorkload] = series;
  if (first === undefined || ofWorkload === undefined)
    throw new Error("the run has one workload and one model");
  return { run: first, series: ofWorkload };
}

/** Returns the scenario of an experiment. */
export function boundScenario(experiment: Experiment): Scenario {
  const { traffic, initialReplicas, durationSeconds, startupSeconds = 180, scrapeLossRatio = 0 } = experiment;
  const { source, ...controlPlane } = aControlPlane();
  // A probe period of 10 s adds half of it.
  const loadSeconds = startupSeconds - 5;
  const workload = aWorkloadScenario({
    name: "triton",
    initialReplicas,
    startup: {
      scheduling: { kind: "constant", seconds: 0 },
      imagePull: { kind: "constant", seconds: 0 },
      modelLoad: { kind: "logNormal", p50Seconds: loadSeconds, p95Seconds: 1.6 * loadSeconds },
      readinessProbePeriodSeconds: 10,
    },
    models: [aModelScenario({ name: "shape-c", traffic: [traffic] })],
  });
  return aScenario({
    durationSeconds,
    workloads: [workload],
    controlPlane: {
      ...controlPlane,
      source: { ...source, scrapeLossRatio },
      hpa: { ...controlPlane.hpa, behavior: { scaleUp: NO_TOLERANCE, scaleDown: NO_TOLERANCE } },
    },
  });
}

/** Returns how often desired replicas changed after a time. */
export function changesAfter({ series }: Outcome, atSeconds: number): number {
  return series.desired.filter((change) => change.atSeconds > atSeconds).length;
}

/** Returns desired replicas in force at a time. */
export function desiredAt({ series }: Outcome, atSeconds: number): number {
  return series.desired.findLast((change) => change.atSeconds <= atSeconds)?.replicas ?? 0;
}

/** Returns the share of good requests among those that arrived from one minute up to (not in) another. */
export function attainedRatio({ series }: Outcome, fromMinute = 0, toMinute = series.arrived.length): number {
  const sum = (counts: readonly number[]): number =>
    counts.slice(fromMinute, toMinute).reduce((total, count) => total + count, 0);
  return sum(series.good) / sum(series.arrived);
}

/** Returns the number (from 1) of the last minute in which less than `ratio` of the arrivals were good, 0 for none. */
export function lastMinuteBelow({ series }: Outcome, ratio: number): number {
  const bad = series.arrived.findLastIndex((arrived, minute) => (series.good[minute] ?? 0) < ratio * arrived);
  return bad + 1;
}
