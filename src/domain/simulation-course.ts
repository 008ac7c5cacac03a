// How a simulated run went, for those who look at it: the phases of every pod, and replicas against what was needed.

import type { TimelineRow } from "./simulation-result.ts";

/** `pending`: no node yet; `pulling`, `loading`: on its way up; `draining`: told to end. */
export type PodPhase = "pending" | "pulling" | "loading" | "ready" | "draining";

/** One phase of one pod; spans of no length are left out. Seconds since the scenario's start. */
export type PodSpan = {
  readonly workload: string;
  readonly pod: string;
  readonly phase: PodPhase;
  readonly fromSeconds: number;
  readonly toSeconds: number;
};

/** A change of desired replicas, the first one at t = 0. */
export type DesiredSince = { readonly atSeconds: number; readonly replicas: number };

/** One workload slot by slot from t = 0; all slots are equally long. */
export type ReplicaSeries = {
  readonly workload: string;
  readonly slotSeconds: number;
  /** Least replicas whose full batches carry what arrived in the slot (fluid: no queue, no spread). */
  readonly demand: readonly number[];
  /** Ready replicas at the slot's end. */
  readonly supply: readonly number[];
  /** Counted requests that arrived in the slot, and how many of them were answered within the objective. */
  readonly arrived: readonly number[];
  readonly good: readonly number[];
  readonly desired: readonly DesiredSince[];
};

/** Latency by slot, of the answers given in it; null where none was given. */
export type LatencySlots = {
  readonly workload: string;
  readonly model: string;
  readonly slotSeconds: number;
  readonly p50Ms: readonly (number | null)[];
  readonly p90Ms: readonly (number | null)[];
  readonly p99Ms: readonly (number | null)[];
};

/** Waiting requests of each pod at the end of each slot; null where the pod was not ready. */
export type QueueSlots = {
  readonly workload: string;
  readonly slotSeconds: number;
  readonly pods: readonly { readonly pod: string; readonly pending: readonly (number | null)[] }[];
};

/** What knowing the future gave for one workload, in GPU-hours of the counted time. */
export type Foresight = {
  readonly workload: string;
  /** The plan that was followed, as it was meant: a run adds drawn starts and draining. */
  readonly planGpuHours: number;
  /** Below this no autoscaler, whatever its bounds, can meet the objective of every model. */
  readonly leastGpuHours: number;
};

/** What a report draws of one candidate: its first seed. */
export type CandidateCourse = {
  readonly candidate: string;
  readonly timeline: readonly TimelineRow[];
  readonly pods: readonly PodSpan[];
  readonly series: readonly ReplicaSeries[];
  readonly latency: readonly LatencySlots[];
  readonly queues: readonly QueueSlots[];
  /** Of a clairvoyant that searched its plan, one a workload; of others none. */
  readonly foresight: readonly Foresight[];
};

/** What a report says of a scenario besides its result. */
export type ReportFacts = {
  readonly durationSeconds: number;
  readonly objectives: readonly {
    readonly workload: string;
    readonly model: string;
    readonly latencyMs: number;
    readonly percentile: number;
  }[];
  /** Requests/s that one replica carries at best. */
  readonly capacities: readonly { readonly workload: string; readonly requestsPerSecond: number }[];
};
