// Where policies come from, and what is told when they change.

import type { Issue } from "../domain/issue.ts";
import type { Policy } from "../domain/policy.ts";

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

export interface PolicySource {
  read(): Promise<PolicySet>;
  /** Calls `changed` (never concurrently) whenever the content differs from what was last read; returns how to stop. */
  watch(changed: (set: PolicySet) => void): () => void;
}
