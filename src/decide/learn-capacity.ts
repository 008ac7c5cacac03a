// What each tick teaches about one replica: its cap, the loads at which it failed, the highest that it held (rule 10b).

import {
  BAD_POINTS_MAX,
  type BadPoint,
  type BusiestPod,
  type FullBatch,
  type LearnedCapacity,
  type LearnedRate,
} from "../domain/learned-capacity.ts";
import type { AnySignalName } from "../domain/policy.ts";
import { elapsed, hours, minutes, seconds } from "../domain/units.ts";
import { isBacklogAbove } from "./backlog-signal.ts";
import { breachedByLoad, type FutileSince, isAllAtTarget, type Judged } from "./breaches.ts";
import { busiestPod } from "./busiest-pod.ts";
import type { TickContext } from "./context.ts";
import { settledLoadPerReplica } from "./held-replicas.ts";

/** The share of a newly seen rate that goes into the cap. */
const CAP_GAIN = 0.3;
const BAD_POINT_MEMORY = hours(24);
const BATCH_MEMORY = hours(24);
/** Instances busy for less than this share of the most that were seen leave some idle. */
const BUSY_INSTANCES_RATIO = 0.8;
/** Batches below this share of the fullest have room. */
const FULL_BATCH_RATIO = 0.95;
/** A breach this soon after a backlog is what the backlog left behind. */
const QUIET_AFTER_BACKLOG = minutes(4);
/** A burst that is worked off sooner says nothing about the load. */
const BACKLOG_STAYS = seconds(30);
/** Bad points of one count whose rates differ by less are one. */
const SAME_RATE_RATIO = 1.15;

/** Returns what is known once the tick's saturated pods are in it: the cap counts from this tick on. */
export function learnCap(context: TickContext): LearnedCapacity {
  const { state, at } = context;
  const { learned } = state;
  const fullest = { fullBatch: fullestBatch(context), instancesPerPod: busiestPod(context) };
  return {
    ...learned,
    ...fullest,
    cap: movedCap(fullest, context),
    badPoints: learned.badPoints.filter((point) => elapsed(point.at, at) < BAD_POINT_MEMORY),
  };
}

/** Returns what is known once the tick has been judged: a load that failed, or one that was held. */
export function learnFromLoad(judged: Judged, context: TickContext): LearnedCapacity {
  const { learned } = context.state;
  const perReplica = settledLoadPerReplica(context);
  if (perReplica === null || perReplica <= 0) return learned;
  const breached = isBacklogAbove(context) ? [] : breachedByLoad(judged);
  if (isBad(judged, breached, context))
    return withBadPoint(learned, { perReplica, signals: breached }, context);
  return isProven(judged, context) ? withProven(learned, { at: context.at, perReplica }) : learned;
}

/** Returns what is known without the bad points that only breaches show which replicas turned out not to cure. */
export function withoutFutilePoints(learned: LearnedCapacity, since: FutileSince): LearnedCapacity {
  if (since.size === 0) return learned;
  const isFutile = ({ at, signals }: BadPoint): boolean =>
    signals.length > 0 && signals.every((signal) => at >= (since.get(signal) ?? Infinity));
  return { ...learned, badPoints: learned.badPoints.filter((point) => !isFutile(point)) };
}

/** The fullest batch of the last day: requests may become larger or smaller, and batches with them. */
function fullestBatch({ state, at, observation }: TickContext): FullBatch | null {
  const { fullBatch } = state.learned;
  const known = fullBatch !== null && elapsed(fullBatch.at, at) < BATCH_MEMORY ? fullBatch : null;
  const inferences = observation.capacity.largestBatch;
  return inferences === null || (known !== null && inferences < known.inferences)
    ? known
    : { at, inferences };
}

/** What a saturated pod is held against. */
type Fullest = Pick<LearnedCapacity, "fullBatch" | "instancesPerPod">;

/** A pod that still had room in its batches was not saturated, however much waited when it was looked at. */
function movedCap({ fullBatch, instancesPerPod }: Fullest, context: TickContext): LearnedRate | null {
  const { state, at, observation } = context;
  const { cap } = state.learned;
  const { saturatedPerSecond: seen, saturatedBatch } = observation.capacity;
  const hasRoom = saturatedBatch !== null && saturatedBatch < FULL_BATCH_RATIO * (fullBatch?.inferences ?? 0);
  if (seen === null || hasRoom || hasIdleInstances(instancesPerPod, context)) return cap;
  const perReplica = cap === null ? seen : cap.perReplica + CAP_GAIN * (seen - cap.perReplica);
  return { at, perReplica };
}

/** Nor was one whose instances were not as busy as a pod's have been: three of four are not all. */
function hasIdleInstances(most: BusiestPod | null, { observation }: TickContext): boolean {
  const busy = observation.capacity.busiestPodInstances;
  return busy !== null && most !== null && busy < BUSY_INSTANCES_RATIO * most.instances;
}

/** A breach out of the blue, or an even backlog that arose although the same count had been clean, and stays. */
function isBad(judged: Judged, breached: readonly AnySignalName[], context: TickContext): boolean {
  const { state, at } = context;
  if (isBacklogAbove(context)) {
    return !judged.isImbalanced && state.held?.wasClean === true && hasJustStayed(context);
  }
  const quietSince = state.backlogAboveAt;
  const isQuiet = quietSince === null || elapsed(quietSince, at) >= QUIET_AFTER_BACKLOG;
  return isQuiet && breached.length > 0;
}

/** Once only, by the load that it arose under: while a surge is worked off the load may long be calm again. */
function hasJustStayed({ state, at, observation }: TickContext): boolean {
  const stood = elapsed(state.held?.backlogSince ?? at, at);
  return stood >= BACKLOG_STAYS && stood < BACKLOG_STAYS + seconds(observation.tickIntervalSeconds);
}

function isProven(judged: Judged, context: TickContext): boolean {
  return context.starting === 0 && !context.startingTooLong && isAllAtTarget(judged);
}

function withBadPoint(
  learned: LearnedCapacity,
  { perReplica, signals }: Pick<BadPoint, "perReplica" | "signals">,
  { at, ready }: TickContext,
): LearnedCapacity {
  const same = (point: BadPoint): boolean =>
    point.readyReplicas === ready &&
    Math.max(point.perReplica, perReplica) <= SAME_RATE_RATIO * Math.min(point.perReplica, perReplica);
  const merged = learned.badPoints.filter(same);
  const point: BadPoint = {
    at,
    readyReplicas: ready,
    perReplica: Math.min(perReplica, ...merged.map((known) => known.perReplica)),
    signals: unitedSignals([signals, ...merged.map((known) => known.signals)]),
  };
  const others = learned.badPoints.filter((known) => !same(known));
  const badPoints = [...others, point].slice(-BAD_POINTS_MAX);
  return { ...learned, badPoints };
}

/** A backlog, which names none, outlasts what signals turn out to be worth. */
function unitedSignals(all: readonly BadPoint["signals"][]): BadPoint["signals"] {
  return all.some((signals) => signals.length === 0) ? [] : [...new Set(all.flat())];
}

/** A rate that was held above the cap shows that the cap was too low. */
function withProven(learned: LearnedCapacity, held: LearnedRate): LearnedCapacity {
  const { cap, proven } = learned;
  return {
    ...learned,
    proven: proven === null || held.perReplica > proven.perReplica ? held : proven,
    cap: cap !== null && held.perReplica > cap.perReplica ? held : cap,
  };
}
