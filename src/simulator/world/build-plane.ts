// The requests of one workload in a run, and what serves them: the same for every candidate under one seed.

import type { LoadedPolicy } from "../../domain/policy-set.ts";
import type { Scenario, WorkloadScenario } from "../../domain/scenario.ts";
import { randomStream } from "../random/random-stream.ts";
import { RequestPlane } from "../requests/request-plane.ts";
import type { ArrivalSource } from "../traffic/arrival-source.ts";
import { arrivalSource } from "../traffic/arrival-streams.ts";
import type { TraceData } from "../traffic/trace-data.ts";

export type PlaneBuild = {
  readonly scenario: Scenario;
  readonly workload: WorkloadScenario;
  /** What every candidate is scored by; null = every answer is good. */
  readonly reference: LoadedPolicy | null;
  readonly seed: number;
  readonly traces: ReadonlyMap<string, TraceData>;
  readonly keepRequests: boolean;
};

/** Returns the workload's requests from the beginning, one source a model. */
export function buildArrivals(
  build: Pick<PlaneBuild, "scenario" | "workload" | "seed" | "traces">,
): readonly ArrivalSource[] {
  const { scenario, workload, seed, traces } = build;
  const { durationSeconds } = scenario;
  return workload.models.map(({ name, traffic, requestBatch }) => {
    const key = `${keyOf(build)}/${name}`;
    return arrivalSource(traffic, { seed, key, model: name, durationSeconds, requestBatch, traces });
  });
}

/** Returns the latency within which an answer is good; infinite without an objective. */
export function objectiveSecondsOf({ reference }: PlaneBuild): number {
  return reference === null ? Number.POSITIVE_INFINITY : reference.policy.objective.latency / 1000;
}

/** Returns a new plane without servers. */
export function buildPlane(build: PlaneBuild): RequestPlane {
  const { scenario, workload, seed, keepRequests } = build;
  const key = keyOf(build);
  const objectiveSeconds = objectiveSecondsOf(build);
  return new RequestPlane({
    models: workload.models,
    arrivals: buildArrivals(build),
    balancer: workload.balancer,
    balancerRandom: randomStream(seed, `${key}/balancer`),
    serviceRandom: (server) => randomStream(seed, `${key}/service`, server),
    objectiveSeconds: workload.models.map(() => objectiveSeconds),
    durationSeconds: scenario.durationSeconds,
    warmupSeconds: scenario.warmupSeconds,
    keepRequests,
    latencySummaries: workload.latencySummaries,
  });
}

function keyOf({ workload }: Pick<PlaneBuild, "workload">): string {
  return `${workload.namespace}/${workload.name}`;
}
