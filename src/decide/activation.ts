// The gate between zero and one.

import type { SignalStep } from "../domain/decision.ts";
import { elapsed, type Instant } from "../domain/units.ts";
import type { TickContext } from "./context.ts";
import { moved, type Proposal } from "./proposal.ts";

export type Activity = {
  readonly active: boolean;
  /** The activation value is unknown, and nothing else decides. */
  readonly unknown: boolean;
  readonly lastActiveAt: Instant | null;
};

/** What may keep a policy from becoming inactive. */
export type ScaleInVeto = { readonly steps: readonly SignalStep[]; readonly blockers: readonly string[] };

/** Returns whether the policy is active (rule 32); one with a minimum of 1 or more always is. */
export function activityOf(context: TickContext, veto: ScaleInVeto): Activity {
  const { policy, at, desired, state } = context;
  if (policy.replicas.min > 0 || policy.activation === null) {
    return { active: true, unknown: false, lastActiveAt: state.lastActiveAt };
  }
  const lastActiveAt = isBusy(context) ? at : (state.lastActiveAt ?? (desired > 0 ? at : null));
  const recently = lastActiveAt !== null && elapsed(lastActiveAt, at) < policy.activation.cooldown;
  if (recently) return { active: true, unknown: false, lastActiveAt };
  if ((context.observation.activation?.value ?? null) === null) {
    return { active: desired > 0, unknown: true, lastActiveAt };
  }
  return { active: desired > 0 && isVetoed(veto, context), unknown: false, lastActiveAt };
}

/** Returns the proposal after the gate: 0 → max(1, min) when active at zero, anything → 0 in one step when inactive. */
export function gate(proposal: Proposal, activity: Activity, { desired, policy }: TickContext): Proposal {
  if (policy.replicas.min > 0) return proposal;
  if (activity.unknown) {
    return moved(proposal, activity.active ? Math.max(1, proposal.replicas) : 0, {
      step: "activation",
      reason: "ACTIVITY_UNKNOWN",
    });
  }
  if (!activity.active) {
    return proposal.replicas === 0 && desired === 0
      ? proposal
      : moved(proposal, 0, { step: "activation", reason: "DEACTIVATED" });
  }
  const first = Math.max(1, policy.replicas.min, proposal.replicas);
  return desired === 0 ? moved(proposal, first, { step: "activation", reason: "ACTIVATED" }) : proposal;
}

/** With no ready replica the activation value alone decides; else any request anywhere counts as well. */
function isBusy({ observation, policy, ready }: TickContext): boolean {
  const value = observation.activation?.value ?? null;
  if (value !== null && policy.activation !== null && value > policy.activation.above) return true;
  if (ready === 0) return false;
  const { arrivalsPerSecond, pendingRequests, inFlightRequests } = observation.traffic;
  return [arrivalsPerSecond, pendingRequests, inFlightRequests].some((count) => (count ?? 0) > 0);
}

/** Becoming inactive is a scale-in: it needs its data, and no signal that wants the replicas kept. */
function isVetoed({ steps, blockers }: ScaleInVeto, { ready, desired }: TickContext): boolean {
  if (ready === 0) return false;
  return blockers.length > 0 || steps.some(({ wish }) => wish !== null && wish >= desired);
}
