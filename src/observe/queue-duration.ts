// The queueDuration signal: mean time in the queue beyond deliberate batching (rule 12 of the decision semantics).

import type { QueueDurationReading } from "../domain/observation.ts";
import type { ModelPolicy, QualitySignalPolicy } from "../domain/policy.ts";
import { type Millis, toSeconds } from "../domain/units.ts";
import { modelIncreases, sumOf } from "./model-increases.ts";
import { withParts } from "./model-parts.ts";
import type { ModelIncreases, ObservedWorkload } from "./observed-workload.ts";
import {
  combinedQuality,
  type QualityValues,
  qualityOfModel,
  qualityWindow,
  withoutWorst,
} from "./quality-reading.ts";
import { FAMILY } from "./triton-metrics.ts";
import { halves, type Window } from "./window.ts";

const MICROS_PER_SECOND = 1e6;

/** Returns Σ Δqueue ÷ Σ Δsuccess over all pods, less the model's batching delay; the largest of the models. */
export function readQueueDuration(
  workload: ObservedWorkload,
  policy: QualitySignalPolicy,
): QueueDurationReading {
  const window = qualityWindow(workload, policy);
  const combined = combinedQuality(
    workload.policy.models.map((model) =>
      qualityOfModel(workload, { model, family: FAMILY.queueMicros, window }, (increases) =>
        queueValues(workload, { model, window }, increases),
      ),
    ),
  );
  const { state, values, requests, ageSeconds, freshPods, noCompletions, models } = combined;
  const reading: QueueDurationReading = {
    state,
    value: values.value,
    valueFirstHalf: values.valueFirstHalf,
    valueSecondHalf: values.valueSecondHalf,
    unit: "seconds",
    requests,
    ageSeconds,
    freshPods,
    valueWithoutWorst: values.valueWithoutWorst,
    noCompletions,
  };
  return withParts(reading, models);
}

function queueValues(
  workload: ObservedWorkload,
  { model, window }: { readonly model: ModelPolicy; readonly window: Window },
  increases: ModelIncreases,
): QualityValues {
  const { name, maxQueueDelay } = model;
  const [first, second] = halves(window);
  return {
    value: meanQueue(increases, maxQueueDelay),
    valueFirstHalf: meanQueue(modelIncreases(workload, name, first), maxQueueDelay),
    valueSecondHalf: meanQueue(modelIncreases(workload, name, second), maxQueueDelay),
    valueWithoutWorst: queueWithoutWorst(increases, maxQueueDelay),
  };
}

function meanQueue(increases: ModelIncreases, maxQueueDelay: Millis): number | null {
  return excessQueue(sumOf(increases, "queueMicros"), sumOf(increases, "success"), maxQueueDelay);
}

function queueWithoutWorst(increases: ModelIncreases, maxQueueDelay: Millis): number | null {
  const [queueMicros, success] = [increases.of("queueMicros"), increases.of("success")];
  const [allMicros, requests] = [sumOf(increases, "queueMicros"), sumOf(increases, "success")];
  return withoutWorst(success, (place) =>
    excessQueue(allMicros - (queueMicros[place] ?? 0), requests - (success[place] ?? 0), maxQueueDelay),
  );
}

function excessQueue(queueMicros: number, requests: number, maxQueueDelay: Millis): number | null {
  if (requests <= 0) return null;
  return Math.max(0, queueMicros / MICROS_PER_SECOND / requests - toSeconds(maxQueueDelay));
}
