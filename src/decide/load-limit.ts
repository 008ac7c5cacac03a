// How much load one replica may be given: by the declared target, and by what replicas were seen to carry (rule 10b).

import type { BadPoint, LearnedCapacity } from "../domain/learned-capacity.ts";
import type { LimitedBy } from "../domain/sizing.ts";
import { ceilReplicas } from "./whole.ts";

/** A replica may be given this share of what a saturated one completes. */
const CAP_RATIO = 0.8;
/** And this share of a load at which the objective was missed. */
const BAD_POINT_RATIO = 0.9;
/** A bad point says nothing about fleets of this many times its size, where load spreads more evenly. */
const BAD_POINT_REACH = 2;
/** Bad points alone never bring the limit below these shares of the cap and of what was proven. */
const FLOOR_CAP_RATIO = 0.5;
const FLOOR_PROVEN_RATIO = 0.4;

/** u(N): requests/s that each of N replicas may be given; Infinity where nothing limits them. */
export type LoadLimit = {
  readonly perReplica: (replicas: number) => number;
  /** The counts, ascending, from which on the limit is another one. */
  readonly changesAt: readonly number[];
};

/** Returns the limit that is the same for any number of replicas. */
export function constantLimit(perReplica: number): LoadLimit {
  return { perReplica: () => perReplica, changesAt: [] };
}

/** Returns the limit by what was learned and, if it is a number, by the declared target; null where nothing is known. */
export function learnedLimit(declared: number | null, learned: LearnedCapacity): LoadLimit | null {
  const { cap, badPoints } = learned;
  if (declared === null && cap === null && badPoints.length === 0) return null;
  const base = Math.min(declared ?? Infinity, capLimit(learned));
  const floor = floorOf(learned);
  return {
    perReplica: (replicas) => Math.min(base, Math.max(floor, badPointLimit(badPoints, replicas))),
    changesAt: badPoints.map(({ readyReplicas }) => BAD_POINT_REACH * readyReplicas).sort((a, b) => a - b),
  };
}

/** Returns what sets the limit for `replicas`; null where nothing limits them. The one named first wins a tie. */
export function limitingPart(
  declared: number | null,
  learned: LearnedCapacity,
  replicas: number,
): LimitedBy | null {
  const [floor, point] = [floorOf(learned), badPointLimit(learned.badPoints, replicas)];
  const parts: readonly (readonly [LimitedBy, number])[] = [
    ["target", declared ?? Infinity],
    ["cap", capLimit(learned)],
    [point < floor ? "floor" : "badPoint", Math.max(floor, point)],
  ];
  const least = Math.min(...parts.map(([, limit]) => limit));
  return parts.find(([, limit]) => limit === least && limit < Infinity)?.[0] ?? null;
}

/** Returns the least number of replicas, at least 1, that may be given `load` in all; 0 for no load. */
export function leastReplicas(load: number, { perReplica, changesAt }: LoadLimit): number {
  let from = 1;
  for (const until of [...changesAt, Infinity]) {
    const needed = Math.max(from, ceilReplicas(load / perReplica(from)));
    if (needed < until) return load > 0 ? needed : 0;
    from = Math.max(from, until);
  }
  return from;
}

function capLimit({ cap }: LearnedCapacity): number {
  return cap === null ? Infinity : CAP_RATIO * cap.perReplica;
}

function badPointLimit(badPoints: readonly BadPoint[], replicas: number): number {
  return badPoints.reduce(
    (least, { readyReplicas, perReplica }) =>
      replicas < BAD_POINT_REACH * readyReplicas ? Math.min(least, BAD_POINT_RATIO * perReplica) : least,
    Infinity,
  );
}

function floorOf({ cap, proven }: LearnedCapacity): number {
  return Math.max(FLOOR_CAP_RATIO * (cap?.perReplica ?? 0), FLOOR_PROVEN_RATIO * (proven?.perReplica ?? 0));
}
