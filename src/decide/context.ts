// What every step of one tick looks at: the observation with replica counts settled, and the policy.

import type { Observation } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import type { ScalerState } from "../domain/state.ts";
import { elapsed, type Instant } from "../domain/units.ts";
import { settledReplicas } from "./remember.ts";

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
};

/** Returns the context of a tick whose replica counts `state` has remembered. */
export function contextOf(state: ScalerState, observation: Observation, policy: Policy): TickContext {
  const { at } = observation;
  const settled = settledReplicas(state, at, policy.missingData.maxAge);
  const desired = settled?.desired ?? state.lastAnswer ?? 0;
  const ready = settled?.ready ?? desired;
  const missing = Math.max(0, desired - ready);
  const startingTooLong = missing > 0 && isTooLong(state, at, policy);
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
  };
}

/** Rule 25: twice the expected start-up after the last increase, or after the last steady spell, they are stuck. */
function isTooLong(state: ScalerState, at: Instant, policy: Policy): boolean {
  const since = [state.lastIncreaseAt, state.steadyAt, state.startedAt].filter((instant) => instant !== null);
  return since.every((instant) => elapsed(instant, at) >= 2 * policy.startup.expected);
}
