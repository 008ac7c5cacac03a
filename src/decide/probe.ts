// Scale-in while nothing says what a replica carries: one on trial, watched, and remembered if it failed (rule 24).

import type { SignalStep } from "../domain/decision.ts";
import type { FailedProbe, Probe, ScalerState } from "../domain/state.ts";
import { after, elapsed, hours, minutes } from "../domain/units.ts";
import { loadLimitOf } from "./capacity-signal.ts";
import type { TickContext } from "./context.ts";
import { declaresLoadTarget } from "./declared.ts";
import { learnedLimit } from "./load-limit.ts";
import { expectedStartup } from "./startup-learning.ts";
import { ceilReplicas } from "./whole.ts";

/** How long the lower count is watched. */
const WATCH = minutes(30);
/** How long a failure is remembered. */
const FAILURE_MEMORY = hours(24);
/** Without a readable checkpoint: no probe for this long. */
const NO_CHECKPOINT_WAIT = hours(1);
/** A failed count is not tried again at this share of its load. */
const SAME_LOAD_RATIO = 0.9;
/** Above this multiple of the load at the probe, it is a surge and no longer about the probe. */
const SURGE_RATIO = 1.3;

/** A probe may give each replica left this multiple of the highest rate that was held. */
const PROVEN_RATIO = 1.25;
/** Or keep this share of the instances busy that the replicas left have. */
const BUSY_RATIO = 0.7;

/** Returns whether the policy sizes by probes: it declares no load target, and none was learned. */
export function sizesByProbes(context: TickContext): boolean {
  return !declaresLoadTarget(context.policy.signals) && loadLimitOf(context) === null;
}

/** Returns whether scale-ins go one at a time although the load sizes them: what had limited it is lost. */
export function triesOneByOne({ state }: TickContext): boolean {
  return state.isMemoryLost && learnedLimit(null, state.learned) === null;
}

/**
 * Returns whether one replica less is worth a trial: what each would get has nearly been held before, or there are idle
 * instances enough. Where neither is known yet, it is not (rule 10b).
 */
export function isWorthATrial({ desired, observation, state }: TickContext): boolean {
  const left = desired - 1;
  const { proven, instancesPerPod } = state.learned;
  const load = observation.traffic.arrivalsPerSecond;
  const busy = observation.capacity.busyInstances;
  const isNearlyProven = load !== null && proven !== null && load <= PROVEN_RATIO * proven.perReplica * left;
  const hasIdleInstances =
    busy !== null &&
    instancesPerPod !== null &&
    ceilReplicas(busy / BUSY_RATIO) <= left * wholeInstances(instancesPerPod.instances);
  return isNearlyProven || hasIdleInstances;
}

/** Returns the count before a probe that is being watched or replaced: backlog and quality ask for no more. */
export function probeCap({ state, observation }: TickContext): number | null {
  const { probe } = state;
  if (probe === null) return null;
  const { recentArrivalsPerSecond } = observation.traffic;
  const surge =
    probe.arrivalsPerSecond !== null &&
    recentArrivalsPerSecond !== null &&
    recentArrivalsPerSecond > SURGE_RATIO * probe.arrivalsPerSecond;
  return surge ? null : probe.from;
}

/** A mean over scrapes comes out up to a fifth too high where batches grew in between. */
function wholeInstances(seen: number): number {
  return Math.max(1, Math.ceil(seen - 0.25));
}

/** Returns whether a probe to `replicas` would repeat one that failed at this load. */
export function hasFailedBefore(replicas: number, { at, state, observation }: TickContext): boolean {
  const load = observation.traffic.arrivalsPerSecond;
  return state.failedProbes.some(
    (failed) =>
      replicas <= failed.to &&
      elapsed(failed.at, at) < FAILURE_MEMORY &&
      (load === null || load >= SAME_LOAD_RATIO * failed.arrivalsPerSecond),
  );
}

/** Returns whether probes wait, since no checkpoint tells what failed before. */
export function probesWait({ at, state }: TickContext): boolean {
  return state.noProbeUntil === null || at < state.noProbeUntil;
}

/** Returns the state with the probe moved on to this tick: begun, survived, replaced, or overtaken by others. */
export function advanceProbe(context: TickContext): ScalerState {
  const { state, at } = context;
  const noProbeUntil = state.noProbeUntil ?? after(at, NO_CHECKPOINT_WAIT);
  const failedProbes = state.failedProbes.filter((failed) => elapsed(failed.at, at) < FAILURE_MEMORY);
  const probe = begunProbe(context) ?? (state.probe === null ? null : watched(state.probe, context));
  return { ...state, noProbeUntil, failedProbes, probe };
}

/** Returns the state after the wishes are known: while the probe is watched, any wish for more makes it a failure. */
export function judgeProbe(steps: readonly SignalStep[], context: TickContext): ScalerState {
  const { state, at, desired } = context;
  const { probe } = state;
  if (probe === null || probe.failedAt !== null) return state;
  if (!steps.some(({ wish }) => wish !== null && wish > desired)) return state;
  return {
    ...state,
    probe: { ...probe, failedAt: at },
    failedProbes: [...state.failedProbes, failure(probe, context)],
  };
}

/** Desired replicas have just followed an answer of one less: the trial begins. */
function begunProbe(context: TickContext): Probe | null {
  const { at, state, desired, observation } = context;
  const [previous, last] = state.desiredChanges.slice(-2);
  if (previous === undefined || last?.at !== at) return null;
  if (!sizesByProbes(context) && !triesOneByOne(context)) return null;
  if (desired !== previous.desired - 1 || state.lastAnswer !== desired) return null;
  const { arrivalsPerSecond } = observation.traffic;
  return { at, from: previous.desired, to: desired, arrivalsPerSecond, failedAt: null };
}

/** A failed probe stays until its replacement is ready, or should be; another count ends the watch. */
function watched(probe: Probe, { at, desired, ready, state, policy }: TickContext): Probe | null {
  if (probe.failedAt !== null) {
    const replaced = desired >= probe.from && ready >= probe.from;
    return replaced || elapsed(probe.failedAt, at) > 2 * expectedStartup(state, policy) ? null : probe;
  }
  return desired !== probe.to || elapsed(probe.at, at) > WATCH ? null : probe;
}

function failure(probe: Probe, { at, observation }: TickContext): FailedProbe {
  const load = Math.max(probe.arrivalsPerSecond ?? 0, observation.traffic.arrivalsPerSecond ?? 0);
  return { at, to: probe.to, arrivalsPerSecond: load };
}
