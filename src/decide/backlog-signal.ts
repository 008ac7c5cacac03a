// Requests waiting: work to be cleared within a time. It raises, or allows a scale-in, and never sizes one.

import type { PendingRequestsReading } from "../domain/observation.ts";
import type { BacklogSignalPolicy } from "../domain/policy.ts";
import { toSeconds } from "../domain/units.ts";
import type { TickContext } from "./context.ts";
import { shrinking } from "./load-signals.ts";
import { probeCap } from "./probe.ts";
import { ceilReplicas } from "./whole.ts";
import { capped, MISSING_REASONS, type Wish } from "./wish.ts";

/** A backlog that grows although the load limit says enough asks for this much more. */
const STUBBORN_GROWTH = 1.25;

/** Returns the wish of `pendingRequests` (rules 11, 11b and 17). */
export function pendingRequestsWish(
  reading: PendingRequestsReading,
  signal: BacklogSignalPolicy,
  context: TickContext,
): Wish {
  const { state, value } = reading;
  if (state === "idle") return { replicas: null, reason: "IDLE" };
  if (state !== "live") return { replicas: null, reason: MISSING_REASONS[state] };
  if (value === null) return { replicas: null, reason: "ABSENT" };
  const target = signal.targetPerReplica * context.desired;
  const imbalanced = isImbalanced(reading, signal, context);
  const backlog = imbalanced ? (reading.capped ?? value) : value;
  if (backlog > target * (1 + context.policy.scaleOut.tolerance)) {
    return raisingWish(backlog, { reading, signal, context });
  }
  if (value <= target) return { replicas: null, reason: "ALLOWS_SCALE_IN" };
  return { replicas: context.desired, reason: imbalanced ? "IMBALANCE" : "WITHIN_TOLERANCE" };
}

/** Returns whether most of what waits, waits on single pods: one hot replica is not cured by replicas (rule 11b). */
export function isImbalanced(
  { value, capped: even }: Pick<PendingRequestsReading, "value" | "capped">,
  { targetPerReplica }: Pick<BacklogSignalPolicy, "targetPerReplica">,
  { desired }: Pick<TickContext, "desired">,
): boolean {
  if (value === null || even === null) return false;
  return even < value / 2 && value > (targetPerReplica * desired) / 2;
}

/** Returns whether the backlog stands above its target and tolerance: it is then raising, or would if it were even. */
export function isBacklogAbove(context: TickContext): boolean {
  const signal = context.policy.signals.pendingRequests;
  const value = context.observation.signals.pendingRequests?.value ?? null;
  if (signal === null || value === null) return false;
  return value > signal.targetPerReplica * context.desired * (1 + context.policy.scaleOut.tolerance);
}

type Raising = {
  readonly reading: PendingRequestsReading;
  readonly signal: BacklogSignalPolicy;
  readonly context: TickContext;
};

function raisingWish(backlog: number, raising: Raising): Wish {
  const cap = probeCap(raising.context);
  const wish = clearingWish(backlog, raising) ?? stockWish(backlog, raising);
  return cap === null ? wish : capped(wish, cap, "PROBE_WATCHED");
}

/** With a load limit known: arrivals, and the backlog cleared within `clearWithin`. Null where either is unknown. */
function clearingWish(backlog: number, { reading, signal, context }: Raising): Wish | null {
  const perReplica = context.policy.signals.requestRate?.targetPerReplica;
  const arrivals = reading.arrivalsPerSecond ?? context.observation.traffic.recentArrivalsPerSecond;
  if (perReplica === undefined || arrivals === null) return null;
  const needed = ceilReplicas((arrivals + backlog / toSeconds(signal.clearWithin)) / perReplica);
  const stubborn = context.starting === 0 && !shrinking(reading);
  const atLeast = stubborn ? ceilReplicas(STUBBORN_GROWTH * context.desired) : context.desired;
  return { replicas: Math.max(needed, atLeast), reason: "ABOVE_TARGET" };
}

/** Without one: the stock over its target, at most twice R, and no more than S while replicas start or it shrinks. */
function stockWish(backlog: number, { reading, signal, context }: Raising): Wish {
  const { desired, ready, starting } = context;
  const needed = Math.min(ceilReplicas(backlog / signal.targetPerReplica), 2 * ready);
  const wish: Wish = { replicas: Math.max(needed, desired), reason: "ABOVE_TARGET" };
  if (starting > 0) return capped(wish, desired, "REPLICAS_STARTING");
  return shrinking(reading) ? capped(wish, desired, "RESIDUE") : wish;
}
