// What one observation leads to: the part of a tick that a replay repeats.

import { decide } from "../decide/decide.ts";
import type { Answer, Decision, Step } from "../domain/decision.ts";
import type { Observation } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import type { ScalerState } from "../domain/state.ts";
import { answerOf, toldDecision } from "./answer.ts";

/** What is decided, what KEDA is told of it, and the state for the next tick. */
export type Outcome = {
  readonly state: ScalerState;
  readonly steps: readonly Step[];
  readonly decision: Decision;
  readonly answer: Answer;
};

/** Returns the outcome of one observation. Pure; the observation must be later than the state. */
export function decideAndAnswer(state: ScalerState, observation: Observation, policy: Policy): Outcome {
  const decided = decide(state, observation, policy);
  const input = {
    decision: decided.decision,
    mode: policy.mode,
    tolerance: policy.keda.tolerance,
    observation,
  };
  return {
    state: decided.state,
    steps: decided.steps,
    decision: toldDecision(input),
    answer: answerOf(input),
  };
}
