// What a cluster tells of a workload besides its replica counts: pods that do not serve yet and why, a rollout under
// way, and the HPA that follows our answers.

/** Why a pod does not serve yet. `NotReady`: it runs, and its readiness probe has not succeeded. */
export const WAITING_REASONS = [
  "Unschedulable",
  "Scheduling",
  "ImagePull",
  "CrashLoopBackOff",
  "ContainerCreating",
  "NotReady",
] as const;
export type WaitingReason = (typeof WAITING_REASONS)[number];

export type WaitingPod = {
  readonly pod: string;
  readonly reason: WaitingReason;
  /** Of all its containers. */
  readonly restarts: number;
};

/** The HPA that scales the workload, as it was read back. */
export type HpaReading = {
  readonly name: string;
  /** Whether KEDA made it. */
  readonly isKedas: boolean;
  /** Whether it asks for our metric. */
  readonly asksForOurs: boolean;
  /** What it holds the metric at, where it asks for ours; null = unknown. */
  readonly target: number | null;
  /** The tolerance for scaling out and in as the HPA carries it; null = it carries none, so the cluster's own counts. */
  readonly toleranceOut: number | null;
  readonly toleranceIn: number | null;
  /** Whether `behavior` is set at all: without it the HPA goes by rules of its own. */
  readonly hasBehavior: boolean;
};

export type ClusterFacts = {
  /** Pods of an older template are being replaced. */
  readonly rollout: boolean;
  /** Replicas that exist, ready or not, as the workload's status counts them; null = unknown. */
  readonly existing: number | null;
  /** Pods that do not serve yet, by name; at most `MOST_WAITING_PODS`. */
  readonly waiting: readonly WaitingPod[];
  /** Null = there is none, or it may not be read. */
  readonly hpa: HpaReading | null;
};

/** More of them say nothing more, and records must stay small. */
export const MOST_WAITING_PODS = 20;
