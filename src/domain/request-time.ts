// The parts of a request's time under the names that metrics and texts use, and what cannot be cured by replicas.

import type { SignalReason } from "./decision.ts";
import type { RequestTime } from "./observation.ts";

/** Reasons for which a signal above its target asks for no replicas: they would not help. */
export const INCURABLE_REASONS = [
  "COMPUTE_BOUND",
  "EXTERNAL_BOUND",
  "MEMORY_BOUND",
  "FUTILE",
  "IMBALANCE",
] as const satisfies readonly SignalReason[];

/** Returns the parts in the order in which a request passes through them, in seconds. */
export function requestTimeParts(time: RequestTime): readonly (readonly [part: string, seconds: number])[] {
  return [
    ["batching", time.batchingDelaySeconds],
    ["queue", time.queueSeconds],
    ["input", time.inputSeconds],
    ["infer", time.inferSeconds],
    ["output", time.outputSeconds],
    ["outside", time.outsideSeconds],
  ];
}
