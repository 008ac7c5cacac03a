// Follows a plan that was made beforehand, asking for replicas as long before as they need to start.

import { assert } from "../../../domain/assert.ts";
import type { BaselineContext } from "./baseline-context.ts";
import { DirectScaler } from "./direct-scaler.ts";
import { largestInPlan, type ReplicaPlan } from "./replica-plan.ts";

const TICK_SECONDS = 1;

/**
 * Returns a scaler that asks at t for the plan's largest number in [t, t + leadSeconds]: what the plan needs has then been
 * on its way for that long, and what it needs again before a new one could be ready is kept.
 */
export function plannedScaler(plan: ReplicaPlan, leadSeconds: number): DirectScaler {
  return new DirectScaler(TICK_SECONDS, () => (atSeconds) => ({
    replicas: largestInPlan(plan, [atSeconds, atSeconds + leadSeconds]),
    reason: "planned",
  }));
}

/** Returns the scaler of a context's plan. */
export function clairvoyantScaler({ plan, leadSeconds = 0 }: BaselineContext): DirectScaler {
  assert(plan !== undefined, "the clairvoyant follows a plan, which has to be searched before the run");
  return plannedScaler(plan, leadSeconds);
}
