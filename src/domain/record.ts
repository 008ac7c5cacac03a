// The lines of a decision log (JSON Lines): what was decided, from what, under which policy.

import type { Answer, Decision, Step } from "./decision.ts";
import type { Observation } from "./observation.ts";
import type { WorkloadSamples } from "./samples.ts";
import type { ScalerState } from "./state.ts";
import type { Instant } from "./units.ts";

/** One tick of one policy: the whole input of the decision besides state and policy, and all that came of it. */
export type DecisionRecord = {
  readonly kind: "decision";
  readonly v: 1;
  readonly version: string;
  readonly at: Instant;
  readonly policy: string;
  readonly policyHash: string;
  readonly observation: Observation;
  readonly steps: readonly Step[];
  readonly decision: Decision;
  readonly answer: Answer;
  /** Only with `detail: raw`. */
  readonly samples?: WorkloadSamples;
};

/** The whole state before the decision that follows. */
export type StateRecord = {
  readonly kind: "state";
  readonly v: 1;
  readonly version: string;
  readonly at: Instant;
  readonly policy: string;
  readonly state: ScalerState;
};

/** The whole normalised policy document, at load and at every change. */
export type PolicyRecord = {
  readonly kind: "policy";
  readonly v: 1;
  readonly version: string;
  readonly at: Instant;
  readonly policy: string;
  readonly policyHash: string;
  readonly document: unknown;
};

export type LogRecord = DecisionRecord | StateRecord | PolicyRecord;
