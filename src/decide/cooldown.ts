// No scale-in for a time after a scale-out, whoever made it.

import { elapsed } from "../domain/units.ts";
import type { TickContext } from "./context.ts";
import { moved, type Proposal } from "./proposal.ts";

/**
 * Returns the proposal, not below S until `scaleIn.cooldown` after the last increase of S (rule 30). What happened
 * before the first tick is unknown, so the start counts as an increase: a restart may only be slower to fall.
 */
export function coolDown(proposal: Proposal, { state, at, policy, desired }: TickContext): Proposal {
  const since = state.lastIncreaseAt ?? state.startedAt;
  if (proposal.replicas >= desired || since === null) return proposal;
  if (elapsed(since, at) >= policy.scaleIn.cooldown) return proposal;
  return moved(proposal, desired, { step: "cooldown", reason: "COOLDOWN" });
}
