// The public library API: policies from text, observations from samples, decisions from both.

export { decide, type DecideResult } from "./decide/decide.ts";
export type { Decision, Step } from "./domain/decision.ts";
export type { Issue } from "./domain/issue.ts";
export type { Observation } from "./domain/observation.ts";
export type { Policy } from "./domain/policy.ts";
export type { DecisionRecord } from "./domain/record.ts";
export type { WorkloadSamples } from "./domain/samples.ts";
export { type ScalerState, initialState } from "./domain/state.ts";
export { type Instant, type Millis, instant, millis } from "./domain/units.ts";
export { VERSION } from "./domain/version.ts";
export { buildObservation } from "./observe/build-observation.ts";
export { loadPolicies } from "./policy/load-policies.ts";
export type { LoadedPolicy, PolicySet } from "./ports/policy-source.ts";
