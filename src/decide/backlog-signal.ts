// Work that waits: to be cleared within a time where the load limit is known, else a stock. It raises, or allows a
// scale-in, and never sizes one.

import {
  type CustomBacklogReading,
  customReading,
  type PendingRequestsReading,
} from "../domain/observation.ts";
import type { BacklogSignalPolicy, CustomBacklogPolicy } from "../domain/policy.ts";
import { toSeconds } from "../domain/units.ts";
import { loadLimitOf } from "./capacity-signal.ts";
import type { TickContext } from "./context.ts";
import { leastReplicas } from "./load-limit.ts";
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
  const even = isImbalanced(reading, signal, context) ? reading.capped : null;
  const backlog = { reading, targetPerReplica: signal.targetPerReplica, even, context };
  return backlogWish(backlog, (waiting) => clearingWish(waiting, { reading, signal, context }));
}

/** Returns the wish of a custom backlog: a stock, since no limit in requests/s says how soon it is cleared. */
export function customBacklogWish(
  reading: CustomBacklogReading,
  { targetPerReplica }: CustomBacklogPolicy,
  context: TickContext,
): Wish {
  return backlogWish({ reading, targetPerReplica, even: null, context }, () => null);
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

/** Returns whether a backlog stands above its target and tolerance: it is then raising, or would if it were even. */
export function isBacklogAbove(context: TickContext): boolean {
  const tolerated = 1 + context.policy.scaleOut.tolerance;
  return backlogRatios(context).some((ratio) => ratio > tolerated);
}

/** Returns whether every declared backlog that has data is at or below its target. */
export function isBacklogAtTarget(context: TickContext): boolean {
  return backlogRatios(context).every((ratio) => ratio <= 1);
}

/** Each declared backlog that has data, over its target; above 0 replicas wanted none is a multiple of it. */
function backlogRatios({ policy, observation, desired }: TickContext): readonly number[] {
  const { pendingRequests, custom } = policy.signals;
  const ratio = (value: number | null, targetPerReplica: number): readonly number[] =>
    value === null ? [] : [value === 0 ? 0 : value / (targetPerReplica * desired)];
  return [
    ...(pendingRequests === null
      ? []
      : ratio(observation.signals.pendingRequests?.value ?? null, pendingRequests.targetPerReplica)),
    ...custom.flatMap((signal) =>
      signal.kind === "backlog"
        ? ratio(customReading(observation.signals, signal.name)?.value ?? null, signal.targetPerReplica)
        : [],
    ),
  ];
}

/** Returns whether the declared `pendingRequests` waits on single pods for the most part (rule 11b). */
export function isBacklogImbalanced(context: TickContext): boolean {
  const reading = context.observation.signals.pendingRequests;
  const signal = context.policy.signals.pendingRequests;
  return reading !== undefined && signal !== null && isImbalanced(reading, signal, context);
}

type Backlog = {
  readonly reading: Pick<PendingRequestsReading, "state" | "value" | "oldest" | "newest">;
  readonly targetPerReplica: number;
  /** What to act on where most of it waits on single pods; else null. */
  readonly even: number | null;
  readonly context: TickContext;
};

/** `cleared` tells how many replicas clear it in time; null = nothing says, and it is judged as a stock. */
function backlogWish(backlog: Backlog, cleared: (waiting: number) => Wish | null): Wish {
  const { reading, targetPerReplica, even, context } = backlog;
  const { state, value } = reading;
  if (state === "idle") return { replicas: null, reason: "IDLE" };
  if (state !== "live") return { replicas: null, reason: MISSING_REASONS[state] };
  if (value === null) return { replicas: null, reason: "ABSENT" };
  const target = targetPerReplica * context.desired;
  const waiting = even ?? value;
  if (waiting > target * (1 + context.policy.scaleOut.tolerance)) {
    const wish = cleared(waiting) ?? stockWish(waiting, backlog);
    const cap = probeCap(context);
    return cap === null ? wish : capped(wish, cap, "PROBE_WATCHED");
  }
  if (value <= target) return { replicas: null, reason: "ALLOWS_SCALE_IN" };
  return { replicas: context.desired, reason: even === null ? "WITHIN_TOLERANCE" : "IMBALANCE" };
}

type Clearing = {
  readonly reading: PendingRequestsReading;
  readonly signal: BacklogSignalPolicy;
  readonly context: TickContext;
};

/** With a load limit known: arrivals, and the backlog cleared within `clearWithin`. Null where either is unknown. */
function clearingWish(waiting: number, { reading, signal, context }: Clearing): Wish | null {
  const limit = loadLimitOf(context);
  const arrivals = reading.arrivalsPerSecond ?? context.observation.traffic.recentArrivalsPerSecond;
  if (limit === null || arrivals === null) return null;
  const needed = leastReplicas(arrivals + waiting / toSeconds(signal.clearWithin), limit);
  const stubborn = context.starting === 0 && !shrinking(reading);
  const atLeast = stubborn ? ceilReplicas(STUBBORN_GROWTH * context.desired) : context.desired;
  return { replicas: Math.max(needed, atLeast), reason: "ABOVE_TARGET" };
}

/** Without one: the stock over its target, at most twice R, and no more than S while replicas start or it shrinks. */
function stockWish(waiting: number, { reading, targetPerReplica, context }: Backlog): Wish {
  const { desired, ready, starting } = context;
  const needed = Math.min(ceilReplicas(waiting / targetPerReplica), 2 * ready);
  const wish: Wish = { replicas: Math.max(needed, desired), reason: "ABOVE_TARGET" };
  if (starting > 0) return capped(wish, desired, "REPLICAS_STARTING");
  return shrinking(reading) ? capped(wish, desired, "RESIDUE") : wish;
}
