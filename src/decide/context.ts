// What every step of one tick looks at: the observation with replica counts settled, and the policy.

import type { Observation } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import { startupFigures } from "../domain/startup-times.ts";
import type { ScalerState } from "../domain/state.ts";
import { elapsed, type Instant, type Millis, millis } from "../domain/units.ts";
import { type QualityVerdicts, qualityVerdicts } from "./quality-verdict.ts";
import { settledReplicas } from "./remember.ts";
import { expectedStartup } from "./startup-learning.ts";

export type TickContext = {
  readonly at: Instant;
  readonly observation: Observation;
  readonly policy: Policy;
  /** The state with this tick's replica counts already remembered. */
  readonly state: ScalerState;
  /** S. Where it is unknown, the last answer stands in for it. */
  readonly desired: number;
  readonly desiredKnown: boolean;
  /** R. */
  readonly ready: number;
  /** Replicas on their way that still count as such. */
  readonly starting: number;
  /** Replicas are missing, but for so long that they no longer count as starting. */
  readonly startingTooLong: boolean;
  /** Nothing can answer yet (no replica wanted, or the first still starting): absent series are then no fault. */
  readonly nothingToMeasure: boolean;
  /** How each declared quality signal stands that has a reading. */
  readonly verdicts: QualityVerdicts;
};

/** Returns the context of a tick whose replica counts `state` has remembered. */
export function contextOf(state: ScalerState, observation: Observation, policy: Policy): TickContext {
  const { at } = observation;
  const settled = settledReplicas(state, at, policy.missingData.maxAge);
  const desired = settled?.desired ?? state.lastAnswer ?? 0;
  const ready = settled?.ready ?? desired;
  const missing = Math.max(0, desired - ready);
  const startingTooLong = missing > 0 && isTooLong(state, at, expectedStartup(state, policy));
  const starting = startingTooLong ? 0 : missing;
  const nothingToMeasure = settled !== null && (desired === 0 || (ready === 0 && starting > 0));
  return {
    at,
    observation,
    policy,
    state,
    desired,
    desiredKnown: settled !== null,
    ready,
    starting,
    startingTooLong,
    nothingToMeasure,
    verdicts: qualityVerdicts({ observation, policy }),
  };
}

/** Returns how long replicas have been missing at most, as rule 25 counts it: since S grew, or all were ready for a while. */
export function missingFor({ lastIncreaseAt, steadyAt, startedAt }: ScalerState, at: Instant): Millis {
  const since = [lastIncreaseAt, steadyAt, startedAt].filter((instant) => instant !== null);
  return millis(Math.min(...since.map((instant) => elapsed(instant, at))));
}

/**
 * Returns whether the tick that left `state` relied on what was learned of starts: missing replicas count otherwise by
 * the policy alone, or are told against the p90. Another process may have learned something else.
 */
export function reliesOnLearnedStart(state: ScalerState, policy: Policy): boolean {
  const { at } = state;
  const settled = at === null ? null : settledReplicas(state, at, policy.missingData.maxAge);
  if (at === null || settled === null || settled.ready >= settled.desired) return false;
  const byPolicy = isTooLong(state, at, policy.startup.expected);
  const isTold = isTooLong(state, at, expectedStartup(state, policy));
  const { p90 } = startupFigures(state.startups.times, policy.startup.expected);
  return isTold !== byPolicy || (isTold && p90 !== null);
}

/** Rule 25: twice the expected start-up after the last increase, or after the last steady spell, they are stuck. */
function isTooLong(state: ScalerState, at: Instant, expected: Millis): boolean {
  return missingFor(state, at) >= 2 * expected;
}
