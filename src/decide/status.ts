// How much the decision could know.

import type { SignalStep, Status } from "../domain/decision.ts";
import { elapsed } from "../domain/units.ts";
import { isRequiredMissing } from "./blockers.ts";
import { isAnythingLive } from "./combine.ts";
import type { TickContext } from "./context.ts";

/** Returns the status by rule 26; `context.state.lastLiveAt` is of the ticks before this one. */
export function statusOf(steps: readonly SignalStep[], context: TickContext): Status {
  if (isAnythingLive(steps, context)) {
    return steps.some((step) => isRequiredMissing(step, context)) ? "degraded" : "live";
  }
  const { lastLiveAt } = context.state;
  if (lastLiveAt === null) return "starting";
  return elapsed(lastLiveAt, context.at) < context.policy.missingData.holdFor ? "holding" : "unavailable";
}
