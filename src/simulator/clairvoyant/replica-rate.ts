// How many requests a second one replica can never exceed.

import type { ModelScenario } from "../../domain/scenario.ts";
import { meanExecutionSeconds } from "../triton/execution-time.ts";
import { schedulerSettings } from "../triton/scheduler-settings.ts";

/**
 * Returns requests/s that no schedule exceeds but by luck of the draws: of the executions that run at a time the m-th to
 * start met m − 1 others, and slowed down by them; every request as small as the smallest.
 */
export function replicaRateCeiling(model: ModelScenario): number {
  const { instances } = schedulerSettings(model);
  const contention = model.service.gpuContention - 1;
  let executions = 0;
  for (let others = 0; others < instances; others += 1) executions += 1 / (1 + contention * others);
  const rows = Math.min(...model.requestBatch.map(({ batch }) => batch));
  return executions * requestsPerSecondAlone(model, rows);
}

/** One execution at a time, of the batch with the best rate. */
function requestsPerSecondAlone(model: ModelScenario, rowsPerRequest: number): number {
  const { batcher } = schedulerSettings(model);
  if (batcher === null) return 1 / meanExecutionSeconds(model.service, rowsPerRequest);
  let best = 0;
  for (let rows = 1; rows <= batcher.maxBatch; rows += 1) {
    const requests = Math.max(1, rows / rowsPerRequest);
    best = Math.max(best, requests / meanExecutionSeconds(model.service, rows));
  }
  return best;
}
