// What a model's scheduler goes by, with Triton's own defaults filled in.

import type { Batching, ModelScenario } from "../../domain/scenario.ts";

/** Rules of the dynamic batcher; times in seconds. */
export type BatcherSettings = {
  readonly instances: number;
  readonly maxBatch: number;
  /** By batch size: 1 = preferred. Without preferred sizes the largest batch is. */
  readonly isPreferred: Uint8Array;
  readonly maxPreferred: number;
  readonly delaySeconds: number;
  /** Whether batches are formed ahead of a free instance: only without any queue policy. */
  readonly prefetches: boolean;
  /** 0 = no limit. */
  readonly maxQueueSize: number;
  /** 0 = none. */
  readonly timeoutSeconds: number;
  readonly delaysExpired: boolean;
};

/** The batcher's rules, or null where each request is an execution of its own. */
export type SchedulerSettings = { readonly instances: number; readonly batcher: BatcherSettings | null };

/** Returns how a model is scheduled: batcher, default scheduler (no batch dimension) or engine. */
export function schedulerSettings({ scheduler }: ModelScenario): SchedulerSettings {
  if (scheduler.kind === "engine") return { instances: scheduler.maxConcurrency, batcher: null };
  const { batching } = scheduler;
  if (batching.maxBatchSize === 0) return { instances: batching.instances, batcher: null };
  return { instances: batching.instances, batcher: batcherSettings(batching) };
}

function batcherSettings(batching: Batching): BatcherSettings {
  const { maxBatchSize, preferredBatchSizes } = batching;
  const preferred = preferredBatchSizes.length === 0 ? [maxBatchSize] : preferredBatchSizes;
  const isPreferred = new Uint8Array(maxBatchSize + 1);
  for (const size of preferred) isPreferred[size] = 1;
  return {
    instances: batching.instances,
    maxBatch: maxBatchSize,
    isPreferred,
    maxPreferred: Math.max(...preferred),
    delaySeconds: batching.maxQueueDelaySeconds,
    prefetches: batching.maxQueueSize === 0 && batching.queueTimeoutSeconds === 0,
    maxQueueSize: batching.maxQueueSize,
    timeoutSeconds: batching.queueTimeoutSeconds,
    delaysExpired: batching.timeoutAction === "delay",
  };
}
