// What desired and ready replicas teach about starts: how long they take, and which are missing for how long.

import type { Observation } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import {
  observed,
  type StartsUnderWay,
  type StartupMemory,
  startupFigures,
  TRUST_RATIO,
  UNDER_WAY_MAX,
} from "../domain/startup-times.ts";
import type { ScalerState } from "../domain/state.ts";
import { elapsed, type Instant, type Millis, millis, seconds } from "../domain/units.ts";

/** Ticks further apart than this many intervals: when a replica was asked for or ready is no longer known. */
const GAP_INTERVALS = 3;
/** Rule 25 waits for twice a start: what takes longer than that at its longest is stuck, and no start to learn from. */
const STUCK_AFTER = 2 * TRUST_RATIO;

/**
 * Returns the memory of starts with this tick in it. An increase of S begins starts, an increase of R ends the oldest.
 * Replicas that R has lost otherwise begin none: with them nobody knows any more which one becomes ready.
 */
export function learnStartups(
  memory: StartupMemory,
  observation: Observation,
  policy: Policy,
): StartupMemory {
  const { at, replicas, tickIntervalSeconds } = observation;
  const { desired, ready, source } = replicas;
  // Pods that are counted are ready ones: their starts are not to be seen.
  if (desired === null || ready === null || source === "pods") return memory;
  const { times, lastSeen } = memory;
  const limit = seconds(GAP_INTERVALS * tickIntervalSeconds);
  const isBlind =
    lastSeen === null || elapsed(lastSeen.at, at) > limit || observation.cluster?.rollout === true;
  const known = isBlind ? memory.underWay.map(untimed) : memory.underWay;
  const change = { at, count: desired - (lastSeen?.desired ?? desired), isTimed: !isBlind };
  const wanted = withChange(known, change);
  const excess = countOf(wanted) - Math.max(0, desired - ready);
  const seen = { at, desired };
  if (excess < 0) {
    const lost = { at, count: -excess, isTimed: false };
    return { times, lastSeen: seen, underWay: bounded([...wanted.map(untimed), lost]) };
  }
  const stuckAfter = millis(STUCK_AFTER * policy.startup.expected);
  const { left, ended } = take(wanted, excess, { at, stuckAfter });
  return {
    times: ended.reduce(
      (sum, { at: asked, count }) => observed(sum, elapsed(asked, at), { at, count }),
      times,
    ),
    lastSeen: seen,
    underWay: bounded(left),
  };
}

/** Returns how long a start takes that decisions reckon with: the learned p90 within trust, or what the policy expects. */
export function expectedStartup({ startups }: ScalerState, { startup }: Policy): Millis {
  return startupFigures(startups.times, startup.expected).reckonedWith;
}

function untimed(starts: StartsUnderWay): StartsUnderWay {
  return { ...starts, isTimed: false };
}

/** More desired replicas are starts; fewer end the newest ones, which Kubernetes removes first. */
function withChange(underWay: readonly StartsUnderWay[], change: StartsUnderWay): readonly StartsUnderWay[] {
  if (change.count > 0) return [...underWay, change];
  return take(underWay.toReversed(), -change.count, null).left.toReversed();
}

/**
 * Takes `count` replicas from the front, those that are stuck last; `ended` are the starts among them that tell how
 * long one takes.
 */
function take(
  underWay: readonly StartsUnderWay[],
  count: number,
  ages: { readonly at: Instant; readonly stuckAfter: Millis } | null,
): { readonly left: readonly StartsUnderWay[]; readonly ended: readonly StartsUnderWay[] } {
  const isStuck = (starts: StartsUnderWay): boolean =>
    ages !== null && elapsed(starts.at, ages.at) > ages.stuckAfter;
  const taken = new Map<StartsUnderWay, number>();
  let open = count;
  for (const starts of [...underWay.filter((one) => !isStuck(one)), ...underWay.filter(isStuck)]) {
    const part = Math.min(open, starts.count);
    taken.set(starts, part);
    open -= part;
  }
  const of = (starts: StartsUnderWay): number => taken.get(starts) ?? 0;
  return {
    left: underWay
      .map((starts) => ({ ...starts, count: starts.count - of(starts) }))
      .filter((starts) => starts.count > 0),
    ended: underWay
      .filter((starts) => starts.isTimed && !isStuck(starts))
      .map((starts) => ({ ...starts, count: of(starts) }))
      .filter((starts) => starts.count > 0),
  };
}

function countOf(underWay: readonly StartsUnderWay[]): number {
  return underWay.reduce((sum, { count }) => sum + count, 0);
}

/** Far more increases of S with none of the replicas ready than anything but a stuck workload shows. */
function bounded(underWay: readonly StartsUnderWay[]): readonly StartsUnderWay[] {
  const surplus = underWay.slice(0, Math.max(0, underWay.length - UNDER_WAY_MAX + 1));
  const [oldest] = surplus;
  if (underWay.length <= UNDER_WAY_MAX || oldest === undefined) return underWay;
  return [{ ...oldest, count: countOf(surplus), isTimed: false }, ...underWay.slice(surplus.length)];
}
