// What each tick teaches about one replica: its cap, the loads at which it failed, the highest that it held (rule 10b).

import {
  type BadPoint,
  BAD_POINTS_MAX,
  type LearnedCapacity,
  type LearnedRate,
} from "../domain/learned-capacity.ts";
import { elapsed, hours, minutes } from "../domain/units.ts";
import { isBacklogAbove } from "./backlog-signal.ts";
import { type Judged, isAllAtTarget, isBreachedByLoad } from "./breaches.ts";
import type { TickContext } from "./context.ts";
import { settledLoadPerReplica } from "./held-replicas.ts";

/** The share of a newly seen rate that goes into the cap. */
const CAP_GAIN = 0.3;
const BAD_POINT_MEMORY = hours(24);
/** A breach this soon after a backlog is what the backlog left behind. */
const QUIET_AFTER_BACKLOG = minutes(4);
/** Bad points of one count whose rates differ by less are one. */
const SAME_RATE_RATIO = 1.15;

/** Returns what is known once the tick's saturated pods are in it: the cap counts from this tick on. */
export function learnCap({ state, at, observation }: TickContext): LearnedCapacity {
  const { learned } = state;
  const { saturatedPerSecond, busiestPodInstances } = observation.capacity;
  return {
    ...learned,
    cap: saturatedPerSecond === null ? learned.cap : { at, perReplica: movedCap(learned, saturatedPerSecond) },
    badPoints: learned.badPoints.filter((point) => elapsed(point.at, at) < BAD_POINT_MEMORY),
    instancesPerPod: larger(learned.instancesPerPod, busiestPodInstances),
  };
}

/** Returns what is known once the tick has been judged: a load that failed, or one that was held. */
export function learnFromLoad(judged: Judged, context: TickContext): LearnedCapacity {
  const { learned } = context.state;
  const perReplica = settledLoadPerReplica(context);
  if (perReplica === null || perReplica <= 0) return learned;
  if (isBad(judged, context)) return withBadPoint(learned, perReplica, context);
  return isProven(judged, context) ? withProven(learned, { at: context.at, perReplica }) : learned;
}

/** Returns what is known without the bad points since `at`: a breach left them that replicas turned out not to cure. */
export function withoutPointsSince(learned: LearnedCapacity, at: BadPoint["at"]): LearnedCapacity {
  return { ...learned, badPoints: learned.badPoints.filter((point) => point.at < at) };
}

function movedCap({ cap }: LearnedCapacity, seen: number): number {
  return cap === null ? seen : cap.perReplica + CAP_GAIN * (seen - cap.perReplica);
}

/** A breach out of the blue, or a backlog that arose although the same count had been clean. */
function isBad(judged: Judged, context: TickContext): boolean {
  const { state, at } = context;
  if (isBacklogAbove(context)) return state.held?.wasClean === true;
  const quietSince = state.backlogAboveAt;
  const isQuiet = quietSince === null || elapsed(quietSince, at) >= QUIET_AFTER_BACKLOG;
  return isQuiet && isBreachedByLoad(judged);
}

function isProven(judged: Judged, context: TickContext): boolean {
  return context.starting === 0 && !context.startingTooLong && isAllAtTarget(judged);
}

function withBadPoint(learned: LearnedCapacity, perReplica: number, context: TickContext): LearnedCapacity {
  const { at, ready } = context;
  const same = (point: BadPoint): boolean =>
    point.readyReplicas === ready &&
    Math.max(point.perReplica, perReplica) <= SAME_RATE_RATIO * Math.min(point.perReplica, perReplica);
  const lowest = Math.min(perReplica, ...learned.badPoints.filter(same).map((point) => point.perReplica));
  const others = learned.badPoints.filter((point) => !same(point));
  const badPoints = [...others, { at, readyReplicas: ready, perReplica: lowest }].slice(-BAD_POINTS_MAX);
  return { ...learned, badPoints };
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

function larger(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
