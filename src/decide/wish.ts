// What a signal asks for, and the tolerance within which it asks for no change.

import type { SignalReason } from "../domain/decision.ts";
import type { SignalState } from "../domain/observation.ts";
import type { TickContext } from "./context.ts";
import { constantLimit, type LoadLimit, leastReplicas } from "./load-limit.ts";

/** `replicas` null = no number is named. */
export type Wish = { readonly replicas: number | null; readonly reason: SignalReason };

/** The reasons of the states that are not data. */
export const MISSING_REASONS = {
  stale: "STALE",
  absent: "ABSENT",
  implausible: "IMPLAUSIBLE",
} as const satisfies Record<Exclude<SignalState, "live" | "idle">, SignalReason>;

/** Load per replica may use this share of its limit after a scale-in (rule 17, boundary). */
const BOUNDARY_RATIO = 0.9;

/**
 * Returns the wish of a load signal: as many replicas as carry `load` within the limit of each. Inside the tolerance it
 * is S; going in, the replicas left must use at most 90 % of their limit. Rules 9 and 17.
 */
export function loadWish(load: number, limit: number | LoadLimit, { desired, policy }: TickContext): Wish {
  const limits = typeof limit === "number" ? constantLimit(limit) : limit;
  const capacity = desired === 0 ? 0 : limits.perReplica(desired) * desired;
  const needed = leastReplicas(load, limits);
  if (load > capacity * (1 + policy.scaleOut.tolerance)) {
    return { replicas: Math.max(needed, desired), reason: "ABOVE_TARGET" };
  }
  if (load >= capacity * (1 - policy.scaleIn.tolerance))
    return { replicas: desired, reason: "WITHIN_TOLERANCE" };
  const withMargin = Math.max(needed, leastReplicas(load / BOUNDARY_RATIO, limits));
  if (withMargin >= desired) return { replicas: desired, reason: "WITHIN_TOLERANCE" };
  return { replicas: withMargin, reason: "BELOW_TARGET" };
}

/** Returns the wish lowered to `cap` with the reason that lowered it, or as it is if it asks for no more. */
export function capped(wish: Wish, cap: number, reason: SignalReason): Wish {
  return wish.replicas !== null && wish.replicas > cap ? { replicas: cap, reason } : wish;
}
