// A decision as a value: the number, whether to be active, and every step that led to it with a typed reason.

import type { AnySignalName } from "./policy.ts";

export const SIGNAL_REASONS = [
  "ABOVE_TARGET",
  "WITHIN_TOLERANCE",
  "BELOW_TARGET",
  "ALLOWS_SCALE_IN",
  "IDLE",
  "LOW_TRAFFIC",
  "NOT_SUSTAINED",
  "NO_COMPLETIONS",
  "STALE",
  "ABSENT",
  "IMPLAUSIBLE",
  "IMBALANCE",
  "REPLICAS_STARTING",
  "RESIDUE",
  "PROBE_WATCHED",
  "FUTILE",
  "CAPACITY_LEARNED",
  "COMPUTE_BOUND",
  "EXTERNAL_BOUND",
  "MEMORY_BOUND",
  "ABOVE_GUARD",
  "CRITICAL",
] as const;
export type SignalReason = (typeof SIGNAL_REASONS)[number];

export const STEP_REASONS = {
  combine: [
    "LARGEST_WISH",
    "AT_TARGET",
    "SCALE_IN_AGREED",
    "SCALE_IN_BLOCKED",
    "PROBE_FAILED_BEFORE",
    "HELD",
  ],
  startup: ["REPLICAS_STARTING", "STARTING_TOO_LONG"],
  stabilization: ["SCALE_OUT_STABILIZED", "SCALE_IN_STABILIZED", "WINDOW_INCOMPLETE"],
  rateLimit: ["SCALE_OUT_LIMITED", "SCALE_IN_LIMITED"],
  cooldown: ["COOLDOWN"],
  activation: ["ACTIVATED", "DEACTIVATED", "ACTIVITY_UNKNOWN"],
  bounds: ["RAISED_TO_MIN", "LOWERED_TO_MAX", "ROLLOUT", "FROZEN"],
} as const;
export type StepName = keyof typeof STEP_REASONS;
export type StepReason = (typeof STEP_REASONS)[StepName][number];

/** What one signal asks for; `wish` null = it names no number. */
export type SignalStep = {
  readonly step: "signal";
  readonly signal: AnySignalName;
  readonly wish: number | null;
  readonly reason: SignalReason;
};

/** The limit that held a change back, and how much of it was used up before. */
export type LimitInForce = {
  readonly replicas: number | null;
  readonly percent: number | null;
  readonly perSeconds: number;
};

/** Replicas that do not become ready: how many, for how long, and how long a start takes. */
export type LateReplicas = {
  readonly replicas: number;
  /** Since desired replicas last grew, or all were last ready for a while. */
  readonly seconds: number;
  /** The 90th percentile where enough starts were seen, else what the policy expects. */
  readonly expectedSeconds: number;
  readonly isLearned: boolean;
};

/** A step that changed the number in hand, or kept it from changing. `from` is null where desired replicas are unknown. */
export type ChangeStep = {
  readonly step: StepName;
  readonly from: number | null;
  readonly to: number | null;
  readonly reason: StepReason;
  readonly signal?: AnySignalName;
  readonly limit?: LimitInForce;
  readonly used?: number;
  readonly late?: LateReplicas;
};

export type Step = SignalStep | ChangeStep;

export const STATUSES = ["starting", "live", "degraded", "holding", "unavailable"] as const;
/** `degraded`: a required signal is missing. `holding`: none is live. */
export type Status = (typeof STATUSES)[number];

export type Decision = {
  /** Null only while desired replicas are unknown and nothing was ever answered. */
  readonly replicas: number | null;
  readonly active: boolean;
  readonly status: Status;
  /** `REASON` or `REASON:signal`, for all that forbids a scale-in by missing or unsafe data. */
  readonly scaleInBlocked: readonly string[];
};

/** What KEDA is told; `metricValue` is null unless the code is OK. */
export type Answer = {
  readonly code: "OK" | "UNAVAILABLE";
  readonly metricName: string;
  readonly metricValue: number | null;
  /** The value as the autoscaler is told it, where that is no whole number; `metricValue` is then its ceiling. */
  readonly metricValueFloat?: number;
  readonly targetSize: number;
};
