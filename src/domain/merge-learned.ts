// What two processes learned of one policy becomes one: the later knowledge counts, and of equally late the more careful.

import {
  BAD_POINTS_MAX,
  type BadPoint,
  type BusiestPod,
  type LearnedCapacity,
  type LearnedRate,
  type LearnedService,
  SERVICES_MAX,
  VERSIONS_MAX,
} from "./learned-capacity.ts";
import type { StartupTimes } from "./startup-times.ts";
import type { Instant } from "./units.ts";

/**
 * Returns what both know together. Commutative, associative and idempotent, so that the order in which processes meet
 * does not matter; its load limit is never above the higher of both. Nothing counts of whoever does not know yet that
 * the service has changed.
 */
export function mergeLearned(one: LearnedCapacity, other: LearnedCapacity): LearnedCapacity {
  const changedAt = later(changeOf(one), changeOf(other));
  const current = [one, other].filter((learned) => changeOf(learned) === changedAt);
  return {
    fullBatch: reduced(
      current,
      ({ fullBatch }) => fullBatch,
      latest(({ inferences }) => inferences),
    ),
    cap: reduced(current, ({ cap }) => cap, latest(rateOf)),
    badPoints: unitedPoints(current.flatMap(({ badPoints }) => badPoints)),
    proven: reduced(current, ({ proven }) => proven, latest(rateOf)),
    instancesPerPod: reduced(current, ({ instancesPerPod }) => instancesPerPod, busier),
    services: unitedServices(current.flatMap(({ services }) => services)),
    versions: [...new Set(current.flatMap(({ versions }) => versions))].sort(byText).slice(-VERSIONS_MAX),
    forgottenAt: reduced(current, ({ forgottenAt }) => forgottenAt, later),
    convertedAt: reduced(current, ({ convertedAt }) => convertedAt, later),
  };
}

/** Returns the times that rest on more starts; of equally many the later ones. Commutative, associative, idempotent. */
export function mergeStartupTimes(one: StartupTimes, other: StartupTimes): StartupTimes {
  const order =
    one.starts - other.starts ||
    (one.at ?? -Infinity) - (other.at ?? -Infinity) ||
    byText(JSON.stringify(one.weights), JSON.stringify(other.weights));
  return order >= 0 ? one : other;
}

/**
 * Returns what `theirs` holds besides what they were last told (`told`): a bad point that was given up since is not
 * learned back from one's own writing.
 */
export function newsOf(theirs: LearnedCapacity, told: LearnedCapacity): LearnedCapacity {
  const known = new Set(told.badPoints.map(pointText));
  return { ...theirs, badPoints: theirs.badPoints.filter((point) => !known.has(pointText(point))) };
}

function later(one: Instant | null, other: Instant | null): Instant | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? other : one;
}

/** Of equally late ones the lower. */
function latest<Dated extends { readonly at: Instant }>(valueOf: (dated: Dated) => number) {
  return (one: Dated | null, other: Dated | null): Dated | null => {
    if (one === null || other === null) return one ?? other;
    if (one.at !== other.at) return one.at > other.at ? one : other;
    return valueOf(one) <= valueOf(other) ? one : other;
  };
}

function rateOf({ perReplica }: LearnedRate): number {
  return perReplica;
}

/** Of equally busy ones the one seen last, and of those the one known longer. */
function busier(one: BusiestPod | null, other: BusiestPod | null): BusiestPod | null {
  if (one === null || other === null) return one ?? other;
  const order = one.instances - other.instances || one.at - other.at || other.since - one.since;
  return order >= 0 ? one : other;
}

function reduced<Value>(
  all: readonly LearnedCapacity[],
  valueOf: (learned: LearnedCapacity) => Value | null,
  ofBoth: (one: Value | null, other: Value | null) => Value | null,
): Value | null {
  return all.map(valueOf).reduce<Value | null>(ofBoth, null);
}

/** When the service was last found changed: dropped or converted, what was learned before is of another one. */
function changeOf({ forgottenAt, convertedAt }: LearnedCapacity): Instant | null {
  return later(forgottenAt, convertedAt);
}

function unitedPoints(points: readonly BadPoint[]): readonly BadPoint[] {
  const distinct = new Map(points.map((point) => [pointText(point), point]));
  return [...distinct.values()]
    .sort(
      (one, other) =>
        one.at - other.at ||
        one.readyReplicas - other.readyReplicas ||
        one.perReplica - other.perReplica ||
        byText(pointText(one), pointText(other)),
    )
    .slice(-BAD_POINTS_MAX);
}

function pointText({ at, readyReplicas, perReplica, signals }: BadPoint): string {
  return `${at} ${readyReplicas} ${perReplica} ${signals.join()}`;
}

/** Of the same size of batch the quicker execution: less then passes for a time that replicas do not cure. */
function unitedServices(services: readonly LearnedService[]): readonly LearnedService[] {
  const quickest = new Map<string, LearnedService>();
  for (const service of services) {
    const name = JSON.stringify([service.model, service.batch]);
    const known = quickest.get(name);
    if (known === undefined || service.executionSeconds < known.executionSeconds) quickest.set(name, service);
  }
  return [...quickest.values()]
    .sort((one, other) => byText(one.model, other.model) || one.batch - other.batch)
    .slice(-SERVICES_MAX);
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
