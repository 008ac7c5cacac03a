// Our own metrics as the part that writes replicas sees them.

import type { Policy } from "../domain/policy.ts";

/** `conflict`: someone else wrote in between, and it was looked at again. */
export type ActuationResult = "written" | "dryRun" | "conflict" | "failed";

export interface ActuationTelemetry {
  /** One attempt to write the replicas of a policy's target. */
  actuation(policy: { readonly namespace: string; readonly name: string }, result: ActuationResult): void;
  /** Whether someone else sets the replicas against us, so that we do not. */
  contested(policy: Policy, isContested: boolean): void;
}
