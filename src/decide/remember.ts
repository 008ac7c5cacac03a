// What a tick remembers of the replica counts before it decides: changes of desired, readiness, gaps in time.

import { assert } from "../domain/assert.ts";
import type { Observation } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import type { DesiredChange, ScalerState } from "../domain/state.ts";
import { after, before, elapsed, type Instant, longest, type Millis, seconds } from "../domain/units.ts";
import { longestSignalWindow } from "../domain/windows.ts";
import { learnStartups } from "./startup-learning.ts";

/** Ticks further apart than this many intervals leave a gap (rule 2). */
const GAP_INTERVALS = 3;

/** Returns the state with this tick's replica counts in it; everything that a later step remembers is untouched. */
export function rememberReplicas(state: ScalerState, observation: Observation, policy: Policy): ScalerState {
  const { at } = observation;
  assert(state.at === null || at > state.at, "ticks move forward in time");
  const resumed = resume(withoutGap(state, observation), at, policy);
  const { desired, ready } = observation.replicas;
  if (desired === null) return { ...resumed, at, startedAt: state.startedAt ?? at };
  const readyNow = ready ?? state.lastReplicas?.ready ?? desired;
  return {
    ...resumed,
    at,
    startedAt: state.startedAt ?? at,
    lastReplicas: { at, desired, ready: readyNow },
    startups: learnStartups(resumed.startups, observation, policy),
    ...rememberDesired(resumed, { at, desired }, policy),
    ...rememberReadiness(resumed, { at, allReady: readyNow >= desired }, policy),
  };
}

/** Returns desired and ready replicas: as last given, if that is at most `maxAge` ago; else null. */
export function settledReplicas(
  state: ScalerState,
  at: Instant,
  maxAge: Millis,
): { readonly desired: number; readonly ready: number } | null {
  const { lastReplicas } = state;
  return lastReplicas !== null && elapsed(lastReplicas.at, at) <= maxAge ? lastReplicas : null;
}

function withoutGap(state: ScalerState, { at, tickIntervalSeconds }: Observation): ScalerState {
  const limit = seconds(GAP_INTERVALS * tickIntervalSeconds);
  const gap = state.at === null || elapsed(state.at, at) > limit;
  if (!gap) return state;
  // What was going on before a gap need not have gone on during it: counts held, and breaches that are not settled.
  return {
    ...state,
    recommendationsSince: at,
    readySince: null,
    held: null,
    breaches: futileBreaches(state.breaches, at),
  };
}

/** Returns the breaches that count for nothing at `at`, since replicas did not help: the only ones that outlast a gap. */
export function futileBreaches(breaches: ScalerState["breaches"], at: Instant): ScalerState["breaches"] {
  return Object.fromEntries(
    Object.entries(breaches).filter(([, { futileUntil }]) => futileUntil !== null && at < futileUntil),
  );
}

/** The first tick after a restart: rates are unknown for one window, and must not pass for a lower demand. */
function resume(state: ScalerState, at: Instant, policy: Policy): ScalerState {
  if (!state.restored) return state;
  const heldUntil = after(at, longestSignalWindow(policy));
  const restoredAnswer = state.lastAnswer === null ? null : { replicas: state.lastAnswer, heldUntil };
  return { ...state, restored: false, restoredAnswer };
}

function rememberDesired(
  state: ScalerState,
  now: DesiredChange,
  policy: Policy,
): Pick<ScalerState, "desiredChanges" | "lastIncreaseAt"> {
  const last = state.desiredChanges.at(-1);
  if (last === undefined) return { desiredChanges: [now], lastIncreaseAt: null };
  if (last.desired === now.desired) {
    return { desiredChanges: state.desiredChanges, lastIncreaseAt: state.lastIncreaseAt };
  }
  return {
    desiredChanges: recentChanges([...state.desiredChanges, now], before(now.at, changeSpan(policy))),
    lastIncreaseAt: now.desired > last.desired ? now.at : state.lastIncreaseAt,
  };
}

function rememberReadiness(
  state: ScalerState,
  { at, allReady }: { readonly at: Instant; readonly allReady: boolean },
  policy: Policy,
): Pick<ScalerState, "readySince" | "steadyAt"> {
  if (!allReady) return { readySince: null, steadyAt: state.steadyAt };
  const readySince = state.readySince ?? at;
  // By the policy alone: whether a tick relied on what was learned of starts can then be told from that tick.
  const steady = elapsed(readySince, at) >= policy.startup.expected;
  return { readySince, steadyAt: steady ? at : state.steadyAt };
}

/** Changes from `since` on, and the last one before it: what was desired at `since`. */
function recentChanges(changes: readonly DesiredChange[], since: Instant): readonly DesiredChange[] {
  const first = changes.findIndex((change) => change.at > since);
  return changes.slice(Math.max(0, first - 1));
}

function changeSpan({ scaleIn, scaleOut }: Policy): Millis {
  return longest([...scaleIn.limits, ...scaleOut.limits].map((limit) => limit.per));
}
