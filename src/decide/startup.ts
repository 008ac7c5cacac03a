// Replicas on their way: going down would throw a start away, since starting pods are removed first.

import type { LateReplicas } from "../domain/decision.ts";
import { startupFigures } from "../domain/startup-times.ts";
import { millis, toSeconds } from "../domain/units.ts";
import { memorySpan } from "../domain/windows.ts";
import { missingFor, type TickContext } from "./context.ts";
import { moved, type Proposal } from "./proposal.ts";

/** Returns the proposal, not below S while replicas start (rule 25); says so where they have been starting too long. */
export function awaitStarting(proposal: Proposal, context: TickContext): Proposal {
  const { desired, starting, startingTooLong } = context;
  if (startingTooLong) {
    const late = lateReplicas(context);
    return moved(proposal, proposal.replicas, { step: "startup", reason: "STARTING_TOO_LONG", late });
  }
  if (starting === 0 || proposal.replicas >= desired) return proposal;
  return moved(proposal, desired, { step: "startup", reason: "REPLICAS_STARTING" });
}

/** By the policy alone the time is told up to W only: beyond it a process that began later knows no more. */
function lateReplicas({ at, desired, ready, state, policy }: TickContext): LateReplicas {
  const { p90 } = startupFigures(state.startups.times, policy.startup.expected);
  const missing = missingFor(state, at);
  const told = p90 === null ? Math.min(missing, memorySpan(policy)) : missing;
  return {
    replicas: Math.max(0, desired - ready),
    seconds: toSeconds(millis(told)),
    expectedSeconds: toSeconds(p90 ?? policy.startup.expected),
    isLearned: p90 !== null,
  };
}
