// A search for a better policy, complete and validated: where it starts, what may change, and what counts as better.

/** What a field of a policy holds; a duration is searched in whole milliseconds. */
export type FieldUnit = "number" | "whole" | "milliseconds";

/** The values that a search may try: all between two bounds (both included), or those of a list. */
export type SearchValues =
  | { readonly kind: "range"; readonly from: number; readonly to: number; readonly scale: "linear" | "log" }
  | { readonly kind: "list"; readonly values: readonly number[] };

/** One field of the policy that may change. */
export type SearchDimension = {
  /** In the policy's document, as `spec.scaleIn.cooldown` or `spec.scaleOut.limits[0].replicas`. */
  readonly path: string;
  readonly unit: FieldUnit;
  readonly values: SearchValues;
};

/** Shares of the scenario's duration, in time order; they sum to 1. */
export type TimeSplit = { readonly train: number; readonly validate: number; readonly holdOut: number };

/** What a policy must reach to be recommended; null = not asked. */
export type TuningRequirement = {
  readonly attainmentRatioMin: number | null;
  readonly latencyP99MsMax: number | null;
  readonly reversalsMax: number | null;
};

export type TuningDocument = {
  readonly name: string;
  /** Path of the scenario, relative to the document's file; its first candidate's policy is where the search starts. */
  readonly scenario: string;
  /** In the order in which it is written; at least one. */
  readonly space: readonly SearchDimension[];
  readonly split: TimeSplit;
  /** How many seeds each policy is tried with. */
  readonly seeds: number;
  readonly budget: { readonly evaluations: number };
  readonly require: TuningRequirement;
  readonly minimize: "gpuHours";
};
