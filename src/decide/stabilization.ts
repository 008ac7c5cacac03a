// The extreme of recent recommendations holds a change back, as in the HPA.

import type { Recommendation } from "../domain/state.ts";
import { before, elapsed, type Instant, longest, type Millis, seconds } from "../domain/units.ts";
import type { TickContext } from "./context.ts";
import { probesWait, sizesByProbes } from "./probe.ts";
import { moved, type Proposal } from "./proposal.ts";

/** At least this share of a window's ticks must have left a recommendation before it counts. */
const COMPLETE_RATIO = 0.5;

/** Returns the recommendations that either window still needs, with this tick's if it leaves one. */
export function rememberRecommendation(
  replicas: number | null,
  context: TickContext,
): readonly Recommendation[] {
  const { state, at, policy } = context;
  const span = longest([policy.scaleIn.stabilizationWindow, policy.scaleOut.stabilizationWindow]);
  const kept = within(state.recommendations, at, span);
  return replicas === null ? kept : [...kept, { at, replicas }];
}

/** Returns the proposal after rule 28; `context.state` holds this tick's recommendation already. */
export function stabilize(proposal: Proposal, context: TickContext): Proposal {
  const { desired } = context;
  if (proposal.replicas > desired) return stabilizeOut(proposal, context);
  return proposal.replicas < desired ? stabilizeIn(proposal, context) : proposal;
}

function stabilizeOut(proposal: Proposal, { state, at, policy, desired }: TickContext): Proposal {
  const recent = within(state.recommendations, at, policy.scaleOut.stabilizationWindow);
  const least = Math.min(proposal.replicas, ...recent.map(({ replicas }) => replicas));
  const to = Math.max(desired, least);
  return to === proposal.replicas
    ? proposal
    : moved(proposal, to, { step: "stabilization", reason: "SCALE_OUT_STABILIZED" });
}

function stabilizeIn(proposal: Proposal, context: TickContext): Proposal {
  const { state, at, policy, desired } = context;
  if (isIncomplete(context) || isWaitingForMemory(context)) {
    return moved(proposal, desired, { step: "stabilization", reason: "WINDOW_INCOMPLETE" });
  }
  const recent = within(state.recommendations, at, policy.scaleIn.stabilizationWindow);
  const most = Math.max(proposal.replicas, ...recent.map(({ replicas }) => replicas));
  const to = Math.min(desired, most);
  return to === proposal.replicas
    ? proposal
    : moved(proposal, to, { step: "stabilization", reason: "SCALE_IN_STABILIZED" });
}

/** Without a checkpoint nothing tells which counts failed: trials wait. */
function isWaitingForMemory(context: TickContext): boolean {
  return sizesByProbes(context) && probesWait(context);
}

/** After a start, a gap or an outage a scale-in waits until the window is filled with real ticks. */
function isIncomplete({ state, at, policy, observation }: TickContext): boolean {
  const window = policy.scaleIn.stabilizationWindow;
  const since = state.recommendationsSince ?? at;
  if (elapsed(since, at) < window) return true;
  const ticks = window / seconds(observation.tickIntervalSeconds);
  return within(state.recommendations, at, window).length < COMPLETE_RATIO * ticks;
}

function within(
  recommendations: readonly Recommendation[],
  at: Instant,
  span: Millis,
): readonly Recommendation[] {
  const since = before(at, span);
  const first = recommendations.findIndex((recommendation) => recommendation.at > since);
  return first === -1 ? [] : recommendations.slice(first);
}
