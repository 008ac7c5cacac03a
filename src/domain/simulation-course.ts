// How a simulated run went, for those who look at it: the phases of every pod, and replicas against what was needed.

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
  readonly desired: readonly DesiredSince[];
};
