// The public library: the decision and its vocabulary, for programs that want to ask the same question themselves.

export { type DecideResult, decide } from "./decide/decide.ts";
export type { Answer, Decision, Status, Step } from "./domain/decision.ts";
export type { Issue } from "./domain/issue.ts";
export type { Observation } from "./domain/observation.ts";
export type { Policy } from "./domain/policy.ts";
export type { DecisionRecord, LogRecord, PolicyRecord, StateRecord } from "./domain/record.ts";
export { initialState, type ScalerState } from "./domain/state.ts";
export { VERSION } from "./domain/version.ts";
export { loadPolicies } from "./policy/load-policies.ts";
export type { LoadedPolicy, PolicySet } from "./ports/policy-source.ts";
