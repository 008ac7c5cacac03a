// What forbids a scale-in whatever the wishes: missing data, short coverage, a guard, refused requests.

import type { SignalReason, SignalStep } from "../domain/decision.ts";
import { readingOf } from "../domain/observation.ts";
import type { TickContext } from "./context.ts";
import { isLoadSignal, isRequired } from "./declared.ts";

const MISSING: readonly SignalReason[] = ["STALE", "ABSENT", "IMPLAUSIBLE", "NO_COMPLETIONS"];
const GUARDING: readonly SignalReason[] = ["ABOVE_GUARD", "CRITICAL"];

/** Returns whether a signal's step says that it has no data, where there should be some. */
export function isMissing({ reason }: SignalStep, { nothingToMeasure }: TickContext): boolean {
  if (nothingToMeasure && reason === "ABSENT") return false;
  return MISSING.includes(reason);
}

/** Returns whether a required signal has no data: the decision is then degraded. */
export function isRequiredMissing(step: SignalStep, context: TickContext): boolean {
  return isMissing(step, context) && isRequired(step.signal, context.policy.signals);
}

/** Returns whether a signal other than a guard is live or idle. */
export function hasData({ signal }: SignalStep, { observation }: TickContext): boolean {
  const state = readingOf(observation.signals, signal)?.state;
  return signal !== "gpuMemory" && (state === "live" || state === "idle");
}

/** Returns `REASON` or `REASON:signal` for everything that forbids a scale-in; empty if nothing does. */
export function scaleInBlockers(steps: readonly SignalStep[], context: TickContext): readonly string[] {
  const bySignal = steps
    .filter((step) => blocks(step, context))
    .map(({ reason, signal }) => `${reason}:${signal}`);
  return [
    ...bySignal,
    ...(isCoverageShort(context) ? ["COVERAGE"] : []),
    ...(isRejecting(context) ? ["REJECTIONS"] : []),
  ];
}

function blocks(step: SignalStep, context: TickContext): boolean {
  if (GUARDING.includes(step.reason)) return true;
  const { signals } = context.policy;
  return isMissing(step, context) && (isRequired(step.signal, signals) || isLoadSignal(step.signal, signals));
}

/** Coverage of rule 7 below 1: a sum over fresh pods is then a lower bound. */
function isCoverageShort({ observation, desired, nothingToMeasure }: TickContext): boolean {
  const { expected, fresh } = observation.pods;
  if (expected === 0) return desired > 0 && !nothingToMeasure;
  return fresh < expected;
}

/** Rule 19: more refused than the objective lets fail. */
function isRejecting({ observation, policy }: TickContext): boolean {
  const { rejectedRequests, traffic } = observation;
  return rejectedRequests > (1 - policy.objective.percentile / 100) * traffic.completedRequests;
}
