// The public library: the decision, what it is made from, and the vocabulary, for programs that ask the same question.

export { type DecideResult, decide } from "./decide/decide.ts";
export type { Answer, Decision, Status, Step } from "./domain/decision.ts";
export type { Issue } from "./domain/issue.ts";
export type { Observation } from "./domain/observation.ts";
export type { Policy } from "./domain/policy.ts";
export type { LoadedPolicy, PolicySet } from "./domain/policy-set.ts";
export type { DecisionRecord, LogRecord, PolicyRecord, StateRecord } from "./domain/record.ts";
export type { WorkloadSamples } from "./domain/samples.ts";
export { initialState, type ScalerState } from "./domain/state.ts";
export { type Instant, instant, type Millis, millis } from "./domain/units.ts";
export { VERSION } from "./domain/version.ts";
export { buildObservation } from "./observe/build-observation.ts";
export { loadPolicies } from "./policy/load-policies.ts";
