// How many replicas a workload's arrivals needed, slot by slot.

import type { ModelScenario } from "../../domain/scenario.ts";
import { meanExecutionSeconds } from "../triton/execution-time.ts";
import { schedulerSettings } from "../triton/scheduler-settings.ts";

/**
 * Returns the requests/s that a replica can answer of a model alone: all instances at work on full batches, slowed by
 * one another; infinite where executions take no time.
 */
export function replicaCapacity(model: ModelScenario): number {
  const { instances, batcher } = schedulerSettings(model);
  const meanBatch = model.requestBatch.reduce((sum, { batch, share }) => sum + batch * share, 0);
  const batch = batcher === null ? Math.max(1, meanBatch) : Math.max(batcher.maxBatch, meanBatch);
  const crowded = 1 + (model.service.gpuContention - 1) * (instances - 1);
  const seconds = meanExecutionSeconds(model.service, batch) * crowded;
  return seconds > 0 ? (instances * batch) / meanBatch / seconds : Number.POSITIVE_INFINITY;
}

/** One model's arrivals by second, and what a replica can take of it. */
export type ModelDemand = { readonly arrivedBySecond: Uint32Array; readonly capacity: number };

/** Returns the least whole replicas for each slot of `slotSeconds` up to `durationSeconds`: no queue, no spread. */
export function replicaDemand(
  models: readonly ModelDemand[],
  { slotSeconds, durationSeconds }: { readonly slotSeconds: number; readonly durationSeconds: number },
): readonly number[] {
  return Array.from({ length: Math.ceil(durationSeconds / slotSeconds) }, (_, slot) => {
    const from = slot * slotSeconds;
    const seconds = Math.min(slotSeconds, durationSeconds - from);
    let needed = 0;
    for (const { arrivedBySecond, capacity } of models) {
      const arrived = arrivedBySecond
        .subarray(from, from + slotSeconds)
        .reduce((sum, count) => sum + count, 0);
      needed += arrived / seconds / capacity;
    }
    return Math.max(0, Math.ceil(needed - 1e-9));
  });
}
