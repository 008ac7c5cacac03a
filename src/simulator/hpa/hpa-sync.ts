// What an HPA controller reads in one sync, and what it makes of it. Times are whole ms since the run's start.

import type { ScalingBehavior } from "./behavior.ts";
import type { HpaCondition } from "./conditions.ts";
import type { HpaMetricReading, HpaMetricSpec } from "./metric.ts";
import type { CurrentMetric } from "./metric-outcome.ts";
import type { HpaPod } from "./pod.ts";

/** The spec of an HPA. */
export type HpaSpec = {
  /** Null = unset: 1. */
  readonly minReplicas: number | null;
  readonly maxReplicas: number;
  readonly metrics: readonly HpaMetricSpec[];
  /** Null = absent: the older path. */
  readonly behavior: ScalingBehavior | null;
};

/** The controller's flags. */
export type HpaFlags = {
  readonly downscaleStabilizationMs: number;
  readonly tolerance: number;
  readonly cpuInitializationPeriodMs: number;
  readonly initialReadinessDelayMs: number;
};

/** The defaults of kube-controller-manager. */
export const DEFAULT_HPA_FLAGS: HpaFlags = {
  downscaleStabilizationMs: 300_000,
  tolerance: 0.1,
  cpuInitializationPeriodMs: 300_000,
  initialReadinessDelayMs: 30_000,
};

/** The scale subresource as read; a selector that is missing or broken stops the sync. */
export type ScaleReading = {
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly selectorWorks: boolean;
};

/** What the controller reads in one sync. */
export type HpaSync = {
  /** Null = reading it failed. */
  readonly scale: ScaleReading | null;
  /** When the scale was read, when the last metric came, when the scale was written. */
  readonly scaleMs: number;
  readonly decideMs: number;
  readonly writeMs: number;
  /** For metrics by pod. */
  readonly pods: readonly HpaPod[];
  /** Running and ready pods, and all pods of the selector: for Value targets. */
  readonly readyPods: number;
  readonly podCount: number;
  /** One a metric of the spec. */
  readonly metrics: readonly HpaMetricReading[];
  /** How the first attempts to write the scale fail. */
  readonly scaleWriteErrors: readonly ("conflict" | "server")[];
  readonly statusWriteFails: boolean;
};

/** What is kept in the HPA object. */
export type HpaStatus = {
  readonly desiredReplicas: number;
  readonly conditions: readonly HpaCondition[];
  readonly currentMetrics: readonly (CurrentMetric | null)[];
};

/** The status of a new HPA. */
export const EMPTY_HPA_STATUS: HpaStatus = { desiredReplicas: 0, conditions: [], currentMetrics: [] };

/** What one sync came to. */
export type HpaOutcome = {
  /** The largest proposal before stabilization and limits; null = there was no decision. */
  readonly proposal: number | null;
  /** What was written to the scale; null = nothing. */
  readonly scaledTo: number | null;
  /** The status as it stands after the sync. */
  readonly status: HpaStatus;
};
