// How long the count of ready replicas has stood, and the load that it met: what capacity is learned from (rule 10b).

import type { HeldReplicas } from "../domain/state.ts";
import { elapsed, minutes, seconds } from "../domain/units.ts";
import { isBacklogAbove } from "./backlog-signal.ts";
import type { TickContext } from "./context.ts";

/** A count is judged once it has stood this long. */
const SETTLED_AFTER = seconds(150);
/** The load is averaged over about this long. */
const MEAN_SPAN = minutes(10);
/** A load above this multiple of its mean is a surge, and says nothing about the count that it meets. */
const SURGE_RATIO = 1.3;

/** Returns the held count at this tick: begun anew where the number of ready replicas has changed. */
export function advanceHeld(context: TickContext): HeldReplicas | null {
  const { at, ready, observation, state } = context;
  if (ready === 0 || !context.desiredKnown) return null;
  const load = observation.traffic.arrivalsPerSecond;
  const isClean = !isBacklogAbove(context);
  const { held } = state;
  if (held === null || held.ready !== ready) {
    const backlogSince = isClean ? null : at;
    return { ready, since: at, meanArrivalsPerSecond: load, wasClean: isClean, backlogSince };
  }
  return {
    ...held,
    meanArrivalsPerSecond: movedMean(held, load, context),
    wasClean: held.wasClean || isClean,
    backlogSince: isClean ? null : (held.backlogSince ?? at),
  };
}

/** Returns whether the count in hand has stood long enough to be judged. */
export function isSettled({ at, state: { held } }: TickContext): boolean {
  return held !== null && elapsed(held.since, at) >= SETTLED_AFTER;
}

/**
 * Returns the load per ready replica that the count in hand is judged by: of λ and its mean the smaller. Null while the
 * count is too young, λ unknown, or so far above its mean that it is a surge.
 */
export function settledLoadPerReplica(context: TickContext): number | null {
  const { state, observation } = context;
  const { held } = state;
  const load = observation.traffic.arrivalsPerSecond;
  if (held === null || load === null || held.meanArrivalsPerSecond === null) return null;
  if (!isSettled(context) || load > SURGE_RATIO * held.meanArrivalsPerSecond) return null;
  return Math.min(load, held.meanArrivalsPerSecond) / held.ready;
}

/** The mean of all that was met so far; after ten minutes an exponential one. */
function movedMean(
  { since, meanArrivalsPerSecond: mean }: HeldReplicas,
  load: number | null,
  { at, observation }: TickContext,
): number | null {
  if (load === null || mean === null) return mean ?? load;
  const tick = seconds(observation.tickIntervalSeconds);
  const span = Math.min(elapsed(since, at) + tick, MEAN_SPAN);
  return mean + Math.min(1, tick / span) * (load - mean);
}
