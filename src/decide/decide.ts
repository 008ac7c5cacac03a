// The decision: one pure step from state, observation and policy to a number with its reasons.

import type { Decision, Step } from "../domain/decision.ts";
import type { Observation } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import type { ScalerState } from "../domain/state.ts";

/** What one tick decides, and what the next one must remember. */
export type DecideResult = {
  readonly state: ScalerState;
  readonly steps: readonly Step[];
  readonly decision: Decision;
};

/** Being written: the signature stands. */
export function decide(state: ScalerState, observation: Observation, policy: Policy): DecideResult {
  void policy;
  return {
    state: { ...state, at: observation.at },
    steps: [],
    decision: { replicas: observation.replicas.desired, active: true, status: "live", scaleInBlocked: [] },
  };
}
