// One sync of the HPA in a simulated cluster, where calls take no time and writes succeed.

import type { HpaController } from "./hpa-controller.ts";
import type { HpaSpec } from "./hpa-sync.ts";
import type { HpaMetricReading } from "./metric.ts";
import type { HpaPod } from "./pod.ts";

/** A workload as the HPA sees it. */
export type WorkloadReplicas = {
  readonly specReplicas: number;
  /** Pods of the workload, terminating ones left out. */
  readonly statusReplicas: number;
  /** Running and ready pods, terminating ones included where they still are. */
  readonly readyPods: number;
  /** All pods of the selector. */
  readonly podCount: number;
  /** Only metrics by pod need them. */
  readonly pods: readonly HpaPod[];
};

/** What one simulated sync reads; `atSeconds` since the scenario's start, at a whole millisecond. */
export type SimulatedSync = {
  readonly atSeconds: number;
  readonly spec: HpaSpec;
  readonly workload: WorkloadReplicas;
  /** One a metric of the spec. */
  readonly metrics: readonly HpaMetricReading[];
};

const MS_PER_SECOND = 1000;

/** Reconciles once and returns the replicas that were written; null = none. */
export function simulatedSync(
  controller: HpaController,
  { atSeconds, spec, workload, metrics }: SimulatedSync,
): number | null {
  const { specReplicas, statusReplicas, readyPods, podCount, pods } = workload;
  const atMs = Math.round(atSeconds * MS_PER_SECOND);
  const { scaledTo } = controller.reconcile(spec, {
    scale: { specReplicas, statusReplicas, selectorWorks: true },
    scaleMs: atMs,
    decideMs: atMs,
    writeMs: atMs,
    pods,
    readyPods,
    podCount,
    metrics,
    scaleWriteErrors: [],
    statusWriteFails: false,
  });
  return scaledTo;
}
