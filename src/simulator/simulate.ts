// One run of a scenario: one candidate, one seed, every workload. Equal inputs give equal outputs.

import type { LoadedPolicy } from "../domain/policy-set.ts";
import type { LogRecord } from "../domain/record.ts";
import type { BaselineCandidate, Scenario } from "../domain/scenario.ts";
import type { PodSpan, ReplicaSeries } from "../domain/simulation-course.ts";
import type { SimulationRun, TimelineRow } from "../domain/simulation-result.ts";
import type { RequestTable } from "./requests/request-table.ts";
import type { TraceData } from "./traffic/trace-data.ts";

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
};
