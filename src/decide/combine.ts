// Many wishes, one number: any live wish raises, all required signals must agree to lower.

import type { SignalStep, StepReason } from "../domain/decision.ts";
import type { AnySignalName } from "../domain/policy.ts";
import { hasData } from "./blockers.ts";
import type { TickContext } from "./context.ts";
import { isLoadSignal } from "./declared.ts";
import { hasFailedBefore, isWorthATrial, sizesByProbes, triesOneByOne } from "./probe.ts";
import { moved, type Proposal } from "./proposal.ts";

/** What the combination looks at besides the context. */
export type Combination = {
  readonly steps: readonly SignalStep[];
  readonly blockers: readonly string[];
};

/** Returns whether this tick can be decided on data (rule 26). */
export function isAnythingLive(steps: readonly SignalStep[], context: TickContext): boolean {
  if (!context.desiredKnown) return false;
  return context.nothingToMeasure || steps.some((step) => hasData(step, context));
}

/** Returns the proposal after rules 22–24; its first change starts from S. Something must be live. */
export function combine(combination: Combination, context: TickContext): Proposal {
  const start: Proposal = { replicas: context.desired, steps: combination.steps };
  const combinedWishes = combineWishes(start, combination, context);
  const { restoredAnswer } = context.state;
  const isHeld = restoredAnswer !== null && context.at < restoredAnswer.heldUntil;
  return isHeld && restoredAnswer.replicas > combinedWishes.replicas
    ? combined(start, restoredAnswer.replicas, "HELD")
    : combinedWishes;
}

function combineWishes(start: Proposal, combination: Combination, context: TickContext): Proposal {
  const { steps } = combination;
  const largest = largestWish(steps);
  if (largest !== null && largest.wish > context.desired) {
    return bySignal(start, largest, "LARGEST_WISH");
  }
  return scaleIn(start, combination, context);
}

/** Returns the larger of S and the last answer, where nothing is live (rule 26); null where neither is known. */
export function hold(steps: readonly SignalStep[], context: TickContext): Proposal | null {
  const { desired, desiredKnown, state } = context;
  if (!desiredKnown && state.lastAnswer === null) return null;
  const replicas = Math.max(desired, state.lastAnswer ?? 0);
  const from = desiredKnown ? desired : null;
  return { replicas, steps: [...steps, { step: "combine", from, to: replicas, reason: "HELD" }] };
}

function scaleIn(start: Proposal, { steps, blockers }: Combination, context: TickContext): Proposal {
  const { desired } = context;
  const keeps = steps.some(({ wish }) => wish !== null && wish >= desired);
  if (keeps || desired === 0 || context.nothingToMeasure) return combined(start, desired, "AT_TARGET");
  if (sizesByProbes(context)) return probing(start, blockers, context);
  if (blockers.length > 0) return combined(start, desired, "SCALE_IN_BLOCKED");
  const load = largestWish(steps.filter(({ signal }) => isLoadSignal(signal, context.policy.signals)));
  if (load === null) return combined(start, desired, "SCALE_IN_BLOCKED");
  const wish = triesOneByOne(context) ? Math.max(load.wish, desired - 1) : load.wish;
  return bySignal(start, { ...load, wish }, "SCALE_IN_AGREED");
}

function probing(start: Proposal, blockers: readonly string[], context: TickContext): Proposal {
  const { desired, policy } = context;
  if (desired <= Math.max(1, policy.replicas.min)) return combined(start, desired, "AT_TARGET");
  if (blockers.length > 0) return combined(start, desired, "SCALE_IN_BLOCKED");
  if (hasFailedBefore(desired - 1, context)) return combined(start, desired, "PROBE_FAILED_BEFORE");
  return isWorthATrial(context)
    ? combined(start, desired - 1, "SCALE_IN_AGREED")
    : combined(start, desired, "AT_TARGET");
}

type SignalWish = { readonly signal: AnySignalName; readonly wish: number };

function combined(start: Proposal, replicas: number, reason: StepReason): Proposal {
  return moved(start, replicas, { step: "combine", reason });
}

function bySignal(start: Proposal, { signal, wish }: SignalWish, reason: StepReason): Proposal {
  return moved(start, wish, { step: "combine", reason, signal });
}

function largestWish(steps: readonly SignalStep[]): SignalWish | null {
  let largest: SignalWish | null = null;
  for (const { signal, wish } of steps) {
    if (wish !== null && (largest === null || wish > largest.wish)) largest = { signal, wish };
  }
  return largest;
}
