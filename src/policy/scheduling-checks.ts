// Rules between a model's scheduler, its service times and the requests that it gets.

import type { ModelScenario, Scenario } from "../domain/scenario.ts";
import type { Blame, FieldPath, Finding } from "./finding.ts";

/** Returns what is wrong between the fields of each model. */
export function schedulingFindings({ workloads }: Scenario, blame: Blame): readonly Finding[] {
  return workloads.flatMap(({ models }, workload) =>
    models.flatMap((model, index) => {
      const at = ["spec", "workloads", workload, "models", index];
      return [...batchSizes(model, at, blame), ...extrapolation(model, at, blame)];
    }),
  );
}

function batchSizes(
  { scheduler, requestBatch }: ModelScenario,
  at: FieldPath,
  blame: Blame,
): readonly Finding[] {
  if (scheduler.kind === "engine") return [];
  const { maxBatchSize, preferredBatchSizes } = scheduler.batching;
  const most = Math.max(1, maxBatchSize);
  const bound =
    maxBatchSize === 0 ? "1: with maxBatchSize 0 there is no batch dimension" : `maxBatchSize (${most})`;
  const large = requestBatch.filter(({ batch }) => batch > most);
  const preferred = preferredBatchSizes.filter((size) => size > maxBatchSize);
  return [
    ...large.map(({ batch }) =>
      blame(
        [...at, "requestBatch", String(batch)],
        "OUT_OF_RANGE",
        `is a batch of ${batch}, must be at most ${bound}`,
      ),
    ),
    ...preferred.map((size) =>
      blame(
        [...at, "batching", "preferredBatchSizes"],
        "OUT_OF_RANGE",
        `has ${size}, must have at most ${bound}`,
      ),
    ),
  ];
}

/** Beyond the last point times go on as between the last two: a falling line would end below zero. */
function extrapolation(
  { scheduler, service }: ModelScenario,
  at: FieldPath,
  blame: Blame,
): readonly Finding[] {
  const [last, beforeLast] = [service.points.at(-1), service.points.at(-2)];
  if (last === undefined || beforeLast === undefined) return [];
  const most = scheduler.kind === "engine" ? scheduler.maxConcurrency : scheduler.batching.maxBatchSize;
  const slope = (last.seconds - beforeLast.seconds) / (last.batch - beforeLast.batch);
  if (most <= last.batch || last.seconds + slope * (most - last.batch) > 0) return [];
  const text = `falls below 0s before a batch of ${most}; give the time of that batch, too`;
  return [blame([...at, "service", "executionTime"], "OUT_OF_RANGE", text)];
}
