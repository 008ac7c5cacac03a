// Minimum and maximum, always last; then what forbids to go below S whatever they say: a rollout, the freeze.

import type { TickContext } from "./context.ts";
import { moved, type Proposal } from "./proposal.ts";

/** Returns the proposal within the policy's bounds (rule 31): 0 when inactive, else max(1, min) to max. */
export function clampToBounds(proposal: Proposal, active: boolean, { policy }: TickContext): Proposal {
  if (!active) return proposal;
  const least = Math.max(1, policy.replicas.min);
  if (proposal.replicas < least) return moved(proposal, least, { step: "bounds", reason: "RAISED_TO_MIN" });
  if (proposal.replicas <= policy.replicas.max) return proposal;
  return moved(proposal, policy.replicas.max, { step: "bounds", reason: "LOWERED_TO_MAX" });
}

/**
 * Returns the proposal, not below S while a rollout replaces pods: those to be removed and those to be replaced would
 * go at once, and the pods that serve on would be fewer than either means to leave.
 */
export function awaitRollout(
  proposal: Proposal,
  { observation, desired, desiredKnown }: TickContext,
): Proposal {
  const rolls = observation.cluster?.rollout === true;
  if (!rolls || !desiredKnown || proposal.replicas >= desired) return proposal;
  return moved(proposal, desired, { step: "bounds", reason: "ROLLOUT" });
}

/** Returns the proposal, not below S where the policy is on hold (rule 34). */
export function freeze(proposal: Proposal, { policy, desired, desiredKnown }: TickContext): Proposal {
  if (policy.mode !== "hold" || !desiredKnown || proposal.replicas >= desired) return proposal;
  return moved(proposal, desired, { step: "bounds", reason: "FROZEN" });
}
