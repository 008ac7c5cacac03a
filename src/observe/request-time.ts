// Where a request's time goes: only what it waits beyond deliberate batching can be cured by replicas.

import type { RequestTime } from "../domain/observation.ts";
import type { ModelPolicy } from "../domain/policy.ts";
import { toSeconds } from "../domain/units.ts";
import { DEFAULT_RATE_WINDOW } from "../domain/windows.ts";
import { modelIncreases, sumOf } from "./model-increases.ts";
import type { ModelIncreases, ObservedWorkload } from "./observed-workload.ts";

const MICROS_PER_SECOND = 1e6;

/** Returns the split of each model's mean request time, over all pods together; models without completions are left out. */
export function readRequestTime(workload: ObservedWorkload): Readonly<Record<string, RequestTime>> {
  const { at, policy } = workload;
  const window = { at, span: policy.signals.latency?.window ?? DEFAULT_RATE_WINDOW };
  return Object.fromEntries(
    policy.models.flatMap((model) => {
      const time = requestTime(modelIncreases(workload, model.name, window), model);
      return time === null ? [] : [[model.name, time]];
    }),
  );
}

function requestTime(increases: ModelIncreases, { maxQueueDelay }: ModelPolicy): RequestTime | null {
  const requests = sumOf(increases, "success");
  if (requests <= 0) return null;
  const meanSeconds = (kind: MicrosKind): number => sumOf(increases, kind) / MICROS_PER_SECOND / requests;
  const waiting = meanSeconds("queueMicros");
  const batchingDelaySeconds = Math.min(waiting, toSeconds(maxQueueDelay));
  const inferences = sumOf(increases, "inferences");
  const executions = sumOf(increases, "executions");
  return {
    batchingDelaySeconds,
    queueSeconds: waiting - batchingDelaySeconds,
    inputSeconds: meanSeconds("inputMicros"),
    inferSeconds: meanSeconds("inferMicros"),
    outputSeconds: meanSeconds("outputMicros"),
    outsideSeconds: Math.max(0, meanSeconds("requestMicros") - waiting - meanSeconds("computeMicros")),
    meanBatch: executions > 0 ? inferences / executions : null,
    inferencesPerRequest: inferences / requests,
    requests,
  };
}

type MicrosKind =
  | "requestMicros"
  | "queueMicros"
  | "computeMicros"
  | "inputMicros"
  | "inferMicros"
  | "outputMicros";
