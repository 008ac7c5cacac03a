// Queue time, tail latency and what a query measures like them: they raise by their ratio to the target, if it lasts
// and replicas can help.

import type {
  CustomQualityReading,
  HalvesReading,
  LatencyReading,
  OverTarget,
  QueueDurationReading,
} from "../domain/observation.ts";
import type { CustomQualityPolicy, QualitySignalPolicy } from "../domain/policy.ts";
import { elapsed, toSeconds } from "../domain/units.ts";
import { longestSignalWindow } from "../domain/windows.ts";
import { isBacklogAbove, isImbalanced } from "./backlog-signal.ts";
import type { TickContext } from "./context.ts";
import { probeCap } from "./probe.ts";
import { ceilReplicas } from "./whole.ts";
import { capped, MISSING_REASONS, type Wish } from "./wish.ts";

/** Fewer completions than this in the window say nothing (rule 16). */
const COMPLETIONS_MIN = 20;
/** One breach asks for at most this many times the replicas. */
const RATIO_MAX = 1.5;
/** A percentile guessed from counters is this rough (rule 13). */
const COUNTERS_TOLERANCE = 0.25;
/** Fewer pods cannot tell a hot one from a small fleet. */
const IMBALANCE_PODS_MIN = 3;

type RequestQualityReading = QueueDurationReading | LatencyReading;

/** Returns the wish of `queueDuration` or `latency` (rules 12–17). */
export function qualityWish(
  reading: RequestQualityReading,
  signal: QualitySignalPolicy,
  context: TickContext,
): Wish {
  const { state, value } = reading;
  if (state === "idle") return { replicas: null, reason: "IDLE" };
  if (reading.noCompletions) return { replicas: null, reason: "NO_COMPLETIONS" };
  if (state !== "live") return { replicas: null, reason: MISSING_REASONS[state] };
  if (reading.requests < COMPLETIONS_MIN || value === null) return { replicas: null, reason: "LOW_TRAFFIC" };
  const over = "overTarget" in reading ? reading.overTarget : null;
  const tolerance = toleranceOut(reading, context);
  return comparedWish(value, { reading, over, target: toSeconds(signal.target), tolerance, context });
}

/** Returns the wish of a custom quality signal: as above, but nothing tells how many requests it stands for. */
export function customQualityWish(
  reading: CustomQualityReading,
  { target }: CustomQualityPolicy,
  context: TickContext,
): Wish {
  const { state, value, valueFirstHalf, valueSecondHalf } = reading;
  if (state === "idle") return { replicas: null, reason: "IDLE" };
  if (state !== "live") return { replicas: null, reason: MISSING_REASONS[state] };
  if (value === null) return { replicas: null, reason: "ABSENT" };
  const halves = { valueFirstHalf, valueSecondHalf, valueWithoutWorst: null, freshPods: 0 };
  const { tolerance } = context.policy.scaleOut;
  return comparedWish(value, { reading: halves, over: null, target, tolerance, context });
}

type Comparison = {
  readonly reading: Pick<HalvesReading, "valueFirstHalf" | "valueSecondHalf" | "valueWithoutWorst"> & {
    readonly freshPods: number;
  };
  readonly over: OverTarget | null;
  /** In the unit of the value. */
  readonly target: number;
  readonly tolerance: number;
  readonly context: TickContext;
};

function comparedWish(value: number, comparison: Comparison): Wish {
  const { reading, over, context } = comparison;
  const tolerated = 1 + comparison.tolerance;
  if (!isAbove(value, over?.ratio ?? null, { ...comparison, factor: 1 })) {
    return { replicas: null, reason: "ALLOWS_SCALE_IN" };
  }
  if (!isAbove(value, over?.ratio ?? null, { ...comparison, factor: tolerated })) {
    return { replicas: context.desired, reason: "WITHIN_TOLERANCE" };
  }
  const sustained =
    isAbove(reading.valueFirstHalf, over?.ratioFirstHalf ?? null, { ...comparison, factor: tolerated }) &&
    isAbove(reading.valueSecondHalf, over?.ratioSecondHalf ?? null, { ...comparison, factor: tolerated });
  return sustained ? breachWish(value, comparison) : { replicas: null, reason: "NOT_SUSTAINED" };
}

/** R times the ratio, within what the load accounts for, never below S; then what replicas cannot cure is taken off. */
function breachWish(value: number, comparison: Comparison): Wish {
  const { context, target } = comparison;
  const { desired, ready, policy, observation } = context;
  if (ready === 0) return { replicas: null, reason: "REPLICAS_STARTING" };
  const byRatio = ceilReplicas(ready * Math.min(value / target, RATIO_MAX));
  const perReplica = policy.signals.requestRate?.targetPerReplica;
  const arrivals = observation.traffic.arrivalsPerSecond;
  const byLoad =
    perReplica === undefined || arrivals === null
      ? byRatio
      : ceilReplicas((RATIO_MAX * arrivals) / perReplica);
  const wish: Wish = { replicas: Math.max(desired, Math.min(byRatio, byLoad)), reason: "ABOVE_TARGET" };
  return withCaps(wish, comparison);
}

function withCaps(wish: Wish, comparison: Comparison): Wish {
  const { context } = comparison;
  if (context.starting > 0) return capped(wish, context.desired, "REPLICAS_STARTING");
  if (isResidue(context)) return capped(wish, context.desired, "RESIDUE");
  if (isOneHotPod(comparison)) return { replicas: context.desired, reason: "IMBALANCE" };
  const cap = probeCap(context);
  return cap === null ? wish : capped(wish, cap, "PROBE_WATCHED");
}

/** For one longest window after a backlog has fallen to its target, means and percentiles still hold what drained. */
function isResidue(context: TickContext): boolean {
  const { backlogAboveAt } = context.state;
  if (backlogAboveAt === null || isBacklogAbove(context)) return false;
  return elapsed(backlogAboveAt, context.at) <= longestSignalWindow(context.policy);
}

function isOneHotPod({ reading, target, context }: Comparison): boolean {
  const pending = context.observation.signals.pendingRequests;
  const backlog = context.policy.signals.pendingRequests;
  if (pending !== undefined && backlog !== null && isImbalanced(pending, backlog, context)) return true;
  if (reading.freshPods < IMBALANCE_PODS_MIN || reading.valueWithoutWorst === null) return false;
  return reading.valueWithoutWorst <= target;
}

function isAbove(
  value: number | null,
  overTargetRatio: number | null,
  { target, context, factor }: Comparison & { readonly factor: number },
): boolean {
  if (value === null || value <= target * factor) return false;
  return overTargetRatio === null || overTargetRatio > 1 - context.policy.objective.percentile / 100;
}

function toleranceOut(reading: RequestQualityReading, context: TickContext): number {
  const declared = context.policy.scaleOut.tolerance;
  return "quality" in reading && reading.quality === "counters"
    ? Math.max(declared, COUNTERS_TOLERANCE)
    : declared;
}
