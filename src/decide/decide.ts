// The decision: one pure step from state, observation and policy to a number with its reasons.

import type { Decision, SignalStep, Step } from "../domain/decision.ts";
import type { Observation } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import type { ScalerState } from "../domain/state.ts";
import { type Activity, activityOf, gate } from "./activation.ts";
import { isBacklogAbove } from "./backlog-signal.ts";
import { scaleInBlockers } from "./blockers.ts";
import { awaitRollout, clampToBounds, freeze } from "./bounds.ts";
import { advanceBreaches, futileSince, judge } from "./breaches.ts";
import { combine, hold, isAnythingLive } from "./combine.ts";
import { contextOf, type TickContext } from "./context.ts";
import { coolDown } from "./cooldown.ts";
import { knowService } from "./forget-capacity.ts";
import { advanceHeld } from "./held-replicas.ts";
import { learnCap, learnFromLoad, withoutFutilePoints } from "./learn-capacity.ts";
import { learnedLimit } from "./load-limit.ts";
import { advanceProbe, judgeProbe } from "./probe.ts";
import type { Proposal } from "./proposal.ts";
import { limitRate } from "./rate-limit.ts";
import { rememberReplicas } from "./remember.ts";
import { signalSteps } from "./signals.ts";
import { rememberRecommendation, stabilize } from "./stabilization.ts";
import { awaitStarting } from "./startup.ts";
import { statusOf } from "./status.ts";

/** What one tick decides, and what the next one must remember. */
export type DecideResult = {
  readonly state: ScalerState;
  readonly steps: readonly Step[];
  readonly decision: Decision;
};

/**
 * Returns the decision for one tick and the state for the next. Pure: equal arguments give an equal result. Time is
 * `observation.at`, which must be later than the state's. Rules and order: the decision semantics, rules 9–34.
 */
export function decide(previous: ScalerState, observation: Observation, policy: Policy): DecideResult {
  const opened = open(previous, observation, policy);
  const signals = signalSteps(opened);
  const context = { ...opened, state: learn(signals, opened) };
  const tick = { context, signals, blockers: scaleInBlockers(signals, context) };
  return isAnythingLive(signals, context) ? decideOnData(tick) : decideBlind(tick);
}

/** A tick with its signals read. */
type Tick = {
  readonly context: TickContext;
  readonly signals: readonly SignalStep[];
  readonly blockers: readonly string[];
};

/** Rules 22–34, in the order of rule 27. */
function decideOnData(tick: Tick): DecideResult {
  const { context: opened, signals: steps, blockers } = tick;
  const started = awaitStarting(combine({ steps, blockers }, opened), opened);
  const context = remembering(recommendation(started, blockers), opened);
  const paced = coolDown(limitRate(stabilize(started, context), context), context);
  const activity = activityOf(context, { steps, blockers });
  const gated = gate(paced, activity, context);
  const final = freeze(awaitRollout(clampToBounds(gated, activity.active, context), context), context);
  return close(final, { ...tick, context }, activity);
}

/** Rule 26 without a live signal, or without S: the answer holds, and only bounds move it. */
function decideBlind(tick: Tick): DecideResult {
  const context = remembering(tick.context.desired, tick.context);
  const held = hold(tick.signals, context);
  if (held === null) return closeUnanswered(tick);
  const active = held.replicas > 0 || context.policy.replicas.min > 0;
  return close(
    freeze(awaitRollout(clampToBounds(held, active, context), context), context),
    { ...tick, context },
    null,
  );
}

/** Everything the tick learns before the signals are read. */
function open(previous: ScalerState, observation: Observation, policy: Policy): TickContext {
  const state = rememberReplicas(previous, observation, policy);
  const context = contextOf(state, observation, policy);
  const probed = { ...context, state: advanceProbe(context) };
  const known = { ...probed, state: { ...probed.state, ...knowService(probed), held: advanceHeld(probed) } };
  return { ...known, state: { ...known.state, learned: learnCap(known) } };
}

/** Everything the tick teaches once the signals are read; it counts from the next tick on. */
function learn(signals: readonly SignalStep[], context: TickContext): ScalerState {
  const { state } = context;
  const breaches = advanceBreaches(context);
  const breached = { ...context, state: { ...state, breaches } };
  const judged = judge(breached);
  const known = withoutFutilePoints(state.learned, futileSince(breached));
  const learned = learnFromLoad(judged, { ...breached, state: { ...breached.state, learned: known } });
  // What limits the load is known again, and stays so when it is forgotten later.
  const isMemoryLost = state.isMemoryLost && learnedLimit(null, learned) === null;
  return { ...judgeProbe(signals, context), breaches, learned, isMemoryLost };
}

/** What this tick leaves for later windows (rule 28): nothing where coverage alone blocked a scale-in. */
function recommendation({ replicas, steps }: Proposal, blockers: readonly string[]): number | null {
  const coverageAlone = blockers.length === 1 && blockers[0] === "COVERAGE";
  return coverageAlone && steps.some(({ reason }) => reason === "SCALE_IN_BLOCKED") ? null : replicas;
}

function remembering(replicas: number | null, context: TickContext): TickContext {
  const recommendations = rememberRecommendation(replicas, context);
  return { ...context, state: { ...context.state, recommendations } };
}

function close({ replicas, steps }: Proposal, tick: Tick, activity: Activity | null): DecideResult {
  const { context, signals, blockers } = tick;
  const unknownAtZero = activity !== null && activity.unknown && context.desired === 0;
  const status = unknownAtZero ? "unavailable" : statusOf(signals, context);
  const decision: Decision = { replicas, active: replicas > 0, status, scaleInBlocked: blockers };
  const state: ScalerState = {
    ...context.state,
    lastAnswer: replicas,
    lastLiveAt: activity === null ? context.state.lastLiveAt : context.at,
    lastActiveAt: activity?.lastActiveAt ?? context.state.lastActiveAt,
    backlogAboveAt: isBacklogAbove(context) ? context.at : context.state.backlogAboveAt,
  };
  return { state, steps, decision };
}

/** Desired replicas are unknown and nothing was ever answered: there is no number to give. */
function closeUnanswered({ context, signals, blockers }: Tick): DecideResult {
  const steps: readonly Step[] = [...signals, { step: "combine", from: null, to: null, reason: "HELD" }];
  const decision: Decision = { replicas: null, active: false, status: "starting", scaleInBlocked: blockers };
  return { state: context.state, steps, decision };
}
