// Policies as they were read from files: the valid ones, and what was wrong with the others.

import type { Issue } from "./issue.ts";
import type { Policy } from "./policy.ts";

/** A valid policy: its typed form, its normalised document (the YAML's shape, all defaults filled in) and that document's hash. */
export type LoadedPolicy = {
  readonly key: string;
  readonly policy: Policy;
  readonly document: unknown;
  readonly hash: string;
  readonly file: string;
};

export type RejectedFile = { readonly file: string; readonly issues: readonly Issue[] };

/** One reading of all policy files. */
export type PolicySet = {
  readonly policies: readonly LoadedPolicy[];
  readonly rejected: readonly RejectedFile[];
  /** Warnings of accepted files. */
  readonly warnings: readonly Issue[];
};
