// The closed-loop experiments under stated defaults: KEDA and the exact HPA between tick and pods.

import type { Policy } from "../../../src/domain/policy.ts";
import type { Fault, Scenario, TrafficStream } from "../../../src/domain/scenario.ts";
import type { ReplicaSeries } from "../../../src/domain/simulation-course.ts";
import type { SimulationRun } from "../../../src/domain/simulation-result.ts";
import { seconds } from "../../../src/domain/units.ts";
import { aControlPlane, aWorkloadScenario } from "../workload-scenario.ts";
import { boundPolicy, type LoadTarget } from "./bound-policy.ts";
import { LearningCourse } from "./learning-course.ts";
import { aScenario, simulated } from "./scenario.ts";
import { modelOf, SHAPE_C, type Shape, trafficOn } from "./shapes.ts";

export const HOUR = 3600;
/** Requests/s that saturate one replica of shape C. */
export const CAPACITY = SHAPE_C.capacity;

const NO_TOLERANCE = {
  tolerance: 0,
  stabilizationWindowSeconds: null,
  selectPolicy: null,
  policies: null,
} as const;

export type Experiment = {
  readonly seed: number;
  readonly shape?: Shape;
  /** In the rates of shape C, as the load target is. */
  readonly traffic: TrafficStream;
  readonly loadTarget?: LoadTarget;
  readonly initialReplicas: number;
  readonly durationSeconds: number;
  /** Simulated, but not counted in requests and hours. */
  readonly uncountedSeconds?: number;
  /** Median time from a pod's creation until it is ready, which the policy expects; half as long again is usual. */
  readonly startupSeconds?: number;
  readonly scrapeLossRatio?: number;
  readonly faults?: readonly Fault[];
  /** False: replicas stay as they are. */
  readonly isScaled?: boolean;
};

/** What an experiment came to. */
export type Outcome = {
  readonly run: SimulationRun;
  readonly series: ReplicaSeries;
  readonly learning: LearningCourse;
};

/** Runs an experiment: 15 s between scrapes, ticks and syncs, starts of 180 s in the median, tolerance 0. */
export function run(experiment: Experiment): Outcome {
  const policy = policyOf(experiment);
  const learning = new LearningCourse(policy);
  const { runs, series } = simulated(boundScenario(experiment), [policy], {
    seed: experiment.seed,
    onRecord: (line) => learning.hear(line),
    ...(experiment.isScaled === false ? { candidate: { kind: "policies", name: "none", policies: [] } } : {}),
  });
  const [first] = runs;
  const [ofWorkload] = series;
  if (first === undefined || ofWorkload === undefined)
    throw new Error("the run has one workload and one model");
  return { run: first, series: ofWorkload, learning };
}

function policyOf({ shape = SHAPE_C, loadTarget, startupSeconds = 180 }: Experiment): Policy {
  const startup = seconds(startupSeconds);
  return boundPolicy({ shape, startup, ...(loadTarget === undefined ? {} : { loadTarget }) });
}

/** Returns the scenario of an experiment. */
export function boundScenario(experiment: Experiment): Scenario {
  const { traffic, initialReplicas, durationSeconds, startupSeconds = 180, scrapeLossRatio = 0 } = experiment;
  const { shape = SHAPE_C, faults = [], uncountedSeconds = 0 } = experiment;
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
    models: [modelOf(shape, trafficOn(shape, traffic))],
  });
  return aScenario({
    durationSeconds,
    warmupSeconds: uncountedSeconds,
    workloads: [workload],
    faults,
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

/** Returns the most desired replicas of a stretch of time. */
export function mostDesired(outcome: Outcome, fromSeconds = 0, toSeconds = Number.POSITIVE_INFINITY): number {
  const inside = outcome.series.desired.filter(
    ({ atSeconds }) => atSeconds > fromSeconds && atSeconds < toSeconds,
  );
  return Math.max(desiredAt(outcome, fromSeconds), ...inside.map(({ replicas }) => replicas));
}

/** Returns the mean of desired replicas over a stretch of time. */
export function meanDesired({ series }: Outcome, fromSeconds: number, toSeconds: number): number {
  const sum = series.desired.reduce((total, { atSeconds, replicas }, index) => {
    const from = Math.max(fromSeconds, atSeconds);
    const to = Math.min(toSeconds, series.desired[index + 1]?.atSeconds ?? toSeconds);
    return total + Math.max(0, to - from) * replicas;
  }, 0);
  return sum / (toSeconds - fromSeconds);
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
