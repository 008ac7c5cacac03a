// Rebuilds a policy from the document in a decision log.

import type { RebuiltPolicy } from "../control/replay.ts";
import { loadPolicies } from "../policy/load-policies.ts";

/** Returns the policy of a normalised document with its hash, or null where the document is no valid policy. */
export function policyOfDocument(document: unknown): RebuiltPolicy | null {
  // JSON is YAML: the document goes the way of a policy file.
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  const [loaded] = loadPolicies([{ file: "decision log", bytes }], null).policies;
  return loaded === undefined ? null : { policy: loaded.policy, hash: loaded.hash };
}
