// Queue time, tail latency and what a query measures like them: they raise by their ratio to the target, if it lasts
// and replicas can help.

import type { SignalReason } from "../domain/decision.ts";
import type { CustomQualityReading } from "../domain/observation.ts";
import type { AnySignalName } from "../domain/policy.ts";
import { elapsed } from "../domain/units.ts";
import { longestSignalWindow } from "../domain/windows.ts";
import { incurableCause } from "./attribution.ts";
import { isBacklogAbove, isBacklogImbalanced } from "./backlog-signal.ts";
import { loadLimitOf } from "./capacity-signal.ts";
import type { TickContext } from "./context.ts";
import { leastReplicas } from "./load-limit.ts";
import { shrinking } from "./load-signals.ts";
import { probeCap } from "./probe.ts";
import type { QualityVerdict } from "./quality-verdict.ts";
import { ceilReplicas } from "./whole.ts";
import { capped, MISSING_REASONS, type Wish } from "./wish.ts";

/** One breach asks for at most this many times the replicas. */
const RATIO_MAX = 1.5;

/** Returns the wish of a quality signal: `queueDuration`, `latency` or a custom one (rules 12–17). */
export function qualityWish(
  name: AnySignalName,
  { state }: Pick<CustomQualityReading, "state">,
  context: TickContext,
): Wish {
  const missing = missingReason(state);
  const verdict = context.verdicts.get(name);
  return verdict === undefined
    ? { replicas: null, reason: missing }
    : verdictWish(verdict, { name, missing, context });
}

type Subject = {
  readonly name: AnySignalName;
  /** Why there is no data, where there is none. */
  readonly missing: SignalReason;
  readonly context: TickContext;
};

function missingReason(state: CustomQualityReading["state"]): SignalReason {
  return state === "live" || state === "idle" ? "ABSENT" : MISSING_REASONS[state];
}

function verdictWish(verdict: QualityVerdict, subject: Subject): Wish {
  const { context } = subject;
  switch (verdict.kind) {
    case "noData":
      return { replicas: null, reason: verdict.reason === "MISSING" ? subject.missing : verdict.reason };
    case "atTarget":
      return { replicas: null, reason: "ALLOWS_SCALE_IN" };
    case "tolerated":
      return isFutile(subject) ? FUTILE : { replicas: context.desired, reason: "WITHIN_TOLERANCE" };
    case "brief":
      return { replicas: null, reason: "NOT_SUSTAINED" };
    case "sustained":
      return sustainedWish(verdict, subject);
  }
}

const FUTILE: Wish = { replicas: null, reason: "FUTILE" };

/** Rule 15b: replicas were added, and the value stayed. */
function isFutile({ name, context }: Subject): boolean {
  const until = context.state.breaches[name]?.futileUntil ?? null;
  return until !== null && context.at < until;
}

type Sustained = Extract<QualityVerdict, { readonly kind: "sustained" }>;

function sustainedWish(verdict: Sustained, subject: Subject): Wish {
  const cause = incurableCause(subject.name, verdict, subject.context);
  if (cause !== null) return { replicas: null, reason: cause };
  return isFutile(subject) ? FUTILE : breachWish(verdict, subject.context);
}

/** R times the ratio, within what the load accounts for, never below S; then what replicas cannot cure is taken off. */
function breachWish(verdict: Sustained, context: TickContext): Wish {
  const { desired, ready, observation } = context;
  if (ready === 0) return { replicas: null, reason: "REPLICAS_STARTING" };
  const byRatio = ceilReplicas(ready * Math.min(verdict.value / verdict.target, RATIO_MAX));
  const limit = loadLimitOf(context);
  const arrivals = observation.traffic.arrivalsPerSecond;
  const byLoad = limit === null || arrivals === null ? byRatio : leastReplicas(RATIO_MAX * arrivals, limit);
  const wish: Wish = { replicas: Math.max(desired, Math.min(byRatio, byLoad)), reason: "ABOVE_TARGET" };
  return withCaps(wish, verdict, context);
}

function withCaps(wish: Wish, { isOneHotPod }: Sustained, context: TickContext): Wish {
  if (context.starting > 0) return capped(wish, context.desired, "REPLICAS_STARTING");
  if (isResidue(context) || isClearing(context)) return capped(wish, context.desired, "RESIDUE");
  if (isOneHotPod || isBacklogImbalanced(context)) return { replicas: context.desired, reason: "IMBALANCE" };
  const cap = probeCap(context);
  return cap === null ? wish : capped(wish, cap, "PROBE_WATCHED");
}

/** For one longest window after a backlog has fallen to its target, means and percentiles still hold what drained. */
function isResidue(context: TickContext): boolean {
  const { backlogAboveAt } = context.state;
  if (backlogAboveAt === null || isBacklogAbove(context)) return false;
  return elapsed(backlogAboveAt, context.at) <= longestSignalWindow(context.policy);
}

/**
 * Where a cap was learned, a backlog says by itself how many replicas clear it in time: while it shrinks, quality, which
 * is bad until it is gone, asks for no more.
 */
function isClearing(context: TickContext): boolean {
  const reading = context.observation.signals.pendingRequests;
  if (context.state.learned.cap === null || context.policy.signals.pendingRequests === null) return false;
  return reading !== undefined && isBacklogAbove(context) && shrinking(reading);
}
