// The number in hand on its way through the steps, with every change and its reason.

import type { ChangeStep, Step } from "../domain/decision.ts";

/** `replicas` is what the steps so far have made of desired replicas. */
export type Proposal = { readonly replicas: number; readonly steps: readonly Step[] };

/** The part of a step that its author gives; `from` and `to` follow from the proposal. */
export type Change = Omit<ChangeStep, "from" | "to">;

/** Returns the proposal moved to `replicas`, with the step that says why. */
export function moved(proposal: Proposal, replicas: number, change: Change): Proposal {
  const { step, reason, ...detail } = change;
  const recorded: ChangeStep = { step, from: proposal.replicas, to: replicas, reason, ...detail };
  return { replicas, steps: [...proposal.steps, recorded] };
}
