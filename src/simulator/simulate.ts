// One run of a scenario: one candidate, one seed, every workload. Equal inputs give equal outputs.

import type { LoadedPolicy } from "../domain/policy-set.ts";
import type { LogRecord } from "../domain/record.ts";
import type { BaselineCandidate, Scenario, WorkloadScenario } from "../domain/scenario.ts";
import type {
  Foresight,
  LatencySlots,
  PodSpan,
  QueueSlots,
  ReplicaSeries,
} from "../domain/simulation-course.ts";
import type { SimulationRun, TimelineRow } from "../domain/simulation-result.ts";
import type { RequestTable } from "./requests/request-table.ts";
import type { TraceData } from "./traffic/trace-data.ts";
import { buildWorkload, type PlannedReplicas } from "./world/build-workload.ts";
import { replicaSeries, workloadRuns } from "./world/workload-result.ts";
import type { WorkloadWorld } from "./world/workload-world.ts";
import { World } from "./world/world.ts";

/** Where no policy says what is scored. */
const DEFAULT_PERCENTILE = 99;

/** Policies to run: at most one a workload; a workload without one keeps its replicas. */
export type LoadedCandidate = {
  readonly kind: "policies";
  readonly name: string;
  readonly policies: readonly LoadedPolicy[];
};

export type RunInput = {
  readonly scenario: Scenario;
  readonly candidate: LoadedCandidate | BaselineCandidate;
  /** The first candidate's policies: by their objectives every candidate is scored, by their bounds baselines move. */
  readonly ours: readonly LoadedPolicy[];
  readonly seed: number;
  /** By path, as the scenario writes it. */
  readonly traces: ReadonlyMap<string, TraceData>;
  /** Ours, for the records. */
  readonly version: string;
  /** Keep every request, for the file of requests. */
  readonly keepRequests: boolean;
  /**
   * Is told of every line that a decision log has of our policies: decisions, and before them the `policy` and `state`
   * lines that are due (`LogOpenings`), anew after a scaler's restart; null = nobody asks.
   */
  readonly onRecord: ((line: LogRecord) => void) | null;
  /** What the clairvoyant follows, by workload (`<namespace>/<name>`), where it is to search no plan of its own. */
  readonly plans?: ReadonlyMap<string, PlannedReplicas>;
};

/** The requests of one workload. */
export type WorkloadRequests = {
  readonly workload: string;
  /** By the table's model index. */
  readonly models: readonly string[];
  /** Pod names by the table's server index. */
  readonly pods: readonly string[];
  readonly table: RequestTable;
};

export type RunOutput = {
  /** One a workload and model, in the scenario's order. */
  readonly runs: readonly SimulationRun[];
  /** One row a workload and tick, by time. */
  readonly timeline: readonly TimelineRow[];
  /** One a workload; empty tables unless they were kept. */
  readonly requests: readonly WorkloadRequests[];
  readonly pods: readonly PodSpan[];
  /** One a workload. */
  readonly series: readonly ReplicaSeries[];
  /** One a workload and model. */
  readonly latency: readonly LatencySlots[];
  /** One a workload. */
  readonly queues: readonly QueueSlots[];
  /** One a workload with an objective, of a clairvoyant that searched its own plan. */
  readonly foresight: readonly Foresight[];
};

/** Returns what one candidate made of the scenario under one seed. */
export function simulateRun(input: RunInput): RunOutput {
  const { scenario, seed } = input;
  const world = new World({ scenario, seed });
  const workloads = scenario.workloads.map((workload, index) => built(input, world, { workload, index }));
  world.play(workloads);
  return {
    runs: workloads.flatMap((each) => workloadRuns(each, identityOf(input, each.plant.workload))),
    timeline: workloads
      .flatMap(({ rows }) => rows)
      .toSorted((one, other) => one.timeSeconds - other.timeSeconds),
    requests: workloads.map(({ name, plant }) => ({
      workload: name,
      models: plant.workload.models.map((model) => model.name),
      pods: plant.pods.serverPods,
      table: plant.plane.requests(),
    })),
    pods: world.podSpans,
    series: workloads.map((each) => replicaSeries(each, scenario.durationSeconds)),
    latency: workloads.flatMap(({ course }) => course.latency()),
    queues: workloads.map(({ course }) => course.queues()),
    foresight: workloads.flatMap(({ foresight }) => (foresight === null ? [] : [foresight])),
  };
}

type PlacedWorkload = { readonly workload: WorkloadScenario; readonly index: number };

function built(input: RunInput, world: World, { workload, index }: PlacedWorkload): WorkloadWorld {
  const { scenario, candidate, ours, seed, traces, version, keepRequests, onRecord, plans } = input;
  const isOurs = candidate.kind === "policies";
  const build = {
    scenario,
    workload,
    index,
    candidateName: candidate.name,
    baseline: isOurs ? null : candidate,
    policy: isOurs ? policyOf(candidate.policies, workload) : null,
    reference: policyOf(ours, workload),
    planned: plans?.get(`${workload.namespace}/${workload.name}`) ?? null,
    seed,
    traces,
    version,
    keepRequests,
    onLine: onRecord ?? (() => undefined),
  };
  return buildWorkload(build, world.ground);
}

function identityOf({ scenario, candidate, ours, seed }: RunInput, workload: WorkloadScenario) {
  const { durationSeconds, warmupSeconds } = scenario;
  const percentile = policyOf(ours, workload)?.policy.objective.percentile ?? DEFAULT_PERCENTILE;
  return { candidate: candidate.name, seed, durationSeconds, warmupSeconds, percentile };
}

function policyOf(
  policies: readonly LoadedPolicy[],
  { kind, namespace, name }: WorkloadScenario,
): LoadedPolicy | null {
  const isTarget = ({ policy: { target } }: LoadedPolicy): boolean =>
    target.kind === kind && target.namespace === namespace && target.name === name;
  return policies.find(isTarget) ?? null;
}
