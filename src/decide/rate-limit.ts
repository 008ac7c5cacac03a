// The largest change per period, in either direction, whoever made it.

import type { StepReason } from "../domain/decision.ts";
import type { RateLimit } from "../domain/policy.ts";
import type { DesiredChange } from "../domain/state.ts";
import { before, type Instant, toSeconds } from "../domain/units.ts";
import type { TickContext } from "./context.ts";
import { moved, type Proposal } from "./proposal.ts";
import { ceilReplicas } from "./whole.ts";

/** How far one limit lets the number go, and what was used of it before. */
type Allowance = { readonly limit: RateLimit; readonly bound: number; readonly used: number };

/** Returns the proposal within all limits of its direction (rule 29), never past S the other way. */
export function limitRate(proposal: Proposal, context: TickContext): Proposal {
  const { desired, policy } = context;
  if (proposal.replicas > desired) {
    const allowances = policy.scaleOut.limits.map((limit) => outAllowance(limit, context));
    const tightest = first(allowances, (one, other) => one.bound - other.bound);
    return held(proposal, tightest, { bound: Math.min, reason: "SCALE_OUT_LIMITED" });
  }
  if (proposal.replicas < desired) {
    const allowances = policy.scaleIn.limits.map((limit) => inAllowance(limit, context));
    const tightest = first(allowances, (one, other) => other.bound - one.bound);
    return held(proposal, tightest, { bound: Math.max, reason: "SCALE_IN_LIMITED" });
  }
  return proposal;
}

function held(
  proposal: Proposal,
  tightest: Allowance | undefined,
  { bound, reason }: { readonly bound: (one: number, other: number) => number; readonly reason: StepReason },
): Proposal {
  if (tightest === undefined) return proposal;
  const to = bound(proposal.replicas, tightest.bound);
  if (to === proposal.replicas) return proposal;
  const { replicas, percent, per } = tightest.limit;
  const limit = { replicas, percent, perSeconds: toSeconds(per) };
  return moved(proposal, to, { step: "rateLimit", reason, limit, used: tightest.used });
}

function outAllowance(limit: RateLimit, { state, at, desired }: TickContext): Allowance {
  const since = before(at, limit.per);
  const base = desiredAt(state.desiredChanges, since);
  const byPercent = limit.percent === null ? 0 : ceilReplicas((base * limit.percent) / 100);
  const used = changed(state.desiredChanges, since).increases;
  const bound = desired + Math.max(limit.replicas ?? 0, byPercent) - used;
  return { limit, bound: Math.max(desired, bound), used };
}

function inAllowance(limit: RateLimit, { state, at, desired }: TickContext): Allowance {
  const since = before(at, limit.per);
  const base = desiredAt(state.desiredChanges, since);
  const byPercent = limit.percent === null ? 0 : inPercent(base, limit.percent);
  const used = changed(state.desiredChanges, since).decreases;
  const bound = desired - Math.max(limit.replicas ?? 0, byPercent) + used;
  return { limit, bound: Math.min(desired, bound), used };
}

/** Rounded down but at least one replica, unless the limit is 0 %. */
function inPercent(base: number, percent: number): number {
  return percent === 0 ? 0 : Math.max(1, Math.floor((base * percent) / 100 + 1e-9));
}

function desiredAt(changes: readonly DesiredChange[], at: Instant): number {
  const known = changes.findLast((change) => change.at <= at) ?? changes[0];
  return known?.desired ?? 0;
}

function changed(
  changes: readonly DesiredChange[],
  since: Instant,
): { readonly increases: number; readonly decreases: number } {
  const steps = changes.flatMap(({ at, desired }, index) => {
    const previous = changes[index - 1];
    return previous === undefined || at <= since ? [] : [desired - previous.desired];
  });
  return {
    increases: steps.reduce((sum, step) => sum + Math.max(0, step), 0),
    decreases: steps.reduce((sum, step) => sum + Math.max(0, -step), 0),
  };
}

function first<Item>(items: readonly Item[], compare: (one: Item, other: Item) => number): Item | undefined {
  return [...items].sort(compare)[0];
}
