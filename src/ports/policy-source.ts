// Where policies come from, and what is told when they change.

import type { PolicySet } from "../domain/policy-set.ts";

export interface PolicySource {
  read(): Promise<PolicySet>;
  /** Calls `changed` (never concurrently) whenever the content differs from what was last read; returns how to stop. */
  watch(changed: (set: PolicySet) => void): () => void;
}
