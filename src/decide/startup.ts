// Replicas on their way: going down would throw a start away, since starting pods are removed first.

import type { TickContext } from "./context.ts";
import { moved, type Proposal } from "./proposal.ts";

/** Returns the proposal, not below S while replicas start (rule 25); says so where they have been starting too long. */
export function awaitStarting(
  proposal: Proposal,
  { desired, starting, startingTooLong }: TickContext,
): Proposal {
  if (startingTooLong)
    return moved(proposal, proposal.replicas, { step: "startup", reason: "STARTING_TOO_LONG" });
  if (starting === 0 || proposal.replicas >= desired) return proposal;
  return moved(proposal, desired, { step: "startup", reason: "REPLICAS_STARTING" });
}
