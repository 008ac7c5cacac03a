// What one metric is computed from, and what comes of it.

import type { Int64 } from "./metric.ts";
import type { HpaPod } from "./pod.ts";
import type { HpaRelease } from "./release.ts";
import type { Band } from "./tolerance.ts";

/** What every metric of one sync shares; times in ms. */
export type MetricContext = {
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly pods: readonly HpaPod[];
  readonly readyPods: number;
  readonly podCount: number;
  readonly decideMs: number;
  readonly cpuInitializationPeriodMs: number;
  readonly initialReadinessDelayMs: number;
  readonly band: Band;
  readonly release: HpaRelease;
};

/** A metric's entry in the HPA's status, in milli-units and percent. */
export type CurrentMetric = {
  readonly value?: Int64;
  readonly averageValue?: Int64;
  readonly averageUtilization?: number;
};

/** Replicas that one metric proposes (they may be negative), and its entry in the status. */
export type MetricOutcome = { readonly proposal: number; readonly current: CurrentMetric };
