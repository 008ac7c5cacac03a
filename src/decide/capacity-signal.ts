// Sizing by what a replica carries: the declared target, what was learned, or the smaller of both (rules 9 and 10b).

import type { RequestRateReading } from "../domain/observation.ts";
import type { Policy, RateSignalPolicy } from "../domain/policy.ts";
import type { ScalerState } from "../domain/state.ts";
import type { TickContext } from "./context.ts";
import { type LoadLimit, learnedLimit } from "./load-limit.ts";
import { loadWish, MISSING_REASONS, type Wish } from "./wish.ts";

/** Returns u(N) of the policy; null where no target is declared and nothing was learned. */
export function loadLimitOf({ policy, state }: Pick<TickContext, "policy" | "state">): LoadLimit | null {
  const target = policy.signals.requestRate?.targetPerReplica ?? "learned";
  return learnedLimit(target === "learned" ? null : target, state.learned);
}

/** Returns whether what was learned limits the load of any number of replicas more than the declared target does. */
export function reliesOnLearnedCapacity(state: ScalerState, policy: Policy): boolean {
  const limit = learnedLimit(null, state.learned);
  const declared = policy.signals.requestRate?.targetPerReplica;
  if (limit === null || typeof declared !== "number") return limit !== null;
  return [1, ...limit.changesAt].some((replicas) => limit.perReplica(replicas) < declared);
}

/** Returns the wish of `requestRate`; what was learned lowers a declared target, and never raises it. */
export function requestRateWish(
  { state, value }: Pick<RequestRateReading, "state" | "value">,
  { targetPerReplica }: RateSignalPolicy,
  context: TickContext,
): Wish {
  if (state === "idle") return { replicas: 0, reason: "IDLE" };
  if (state !== "live") return { replicas: null, reason: MISSING_REASONS[state] };
  if (value === null) return { replicas: null, reason: "ABSENT" };
  if (targetPerReplica === "learned") return capacityWish(value, context) ?? UNSIZED;
  const declared = loadWish(value, targetPerReplica, context);
  const learned = capacityWish(value, context) ?? declared;
  return (learned.replicas ?? 0) > (declared.replicas ?? 0)
    ? { replicas: learned.replicas, reason: "CAPACITY_LEARNED" }
    : declared;
}

/** Returns the wish of capacity where `requestRate` is not declared; null while nothing has been learned. */
export function undeclaredCapacityWish(context: TickContext): Wish | null {
  const { policy, state, observation } = context;
  if (policy.signals.requestRate !== null || learnedLimit(null, state.learned) === null) return null;
  const load = observation.traffic.arrivalsPerSecond;
  return load === null ? { replicas: null, reason: "ABSENT" } : capacityWish(load, context);
}

/** Nothing says yet what a replica carries: the signal allows a scale-in, and names no number. */
const UNSIZED: Wish = { replicas: null, reason: "ALLOWS_SCALE_IN" };

function capacityWish(load: number, context: TickContext): Wish | null {
  const limit = loadLimitOf(context);
  return limit === null ? null : loadWish(load, limit, context);
}
