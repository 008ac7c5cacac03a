// How many executions one pod can have at a time: the most that one was seen to have, for as long as that is worth.

import type { BusiestPod } from "../domain/learned-capacity.ts";
import { elapsed, hours } from "../domain/units.ts";
import { DEFAULT_RATE_WINDOW } from "../domain/windows.ts";
import type { TickContext } from "./context.ts";

const MEMORY = hours(24);
/** Where batches grow from scrape to scrape, a reading comes out too high: alone, it is not worth a day. */
const MEMORY_OF_ONE = hours(1);
/** Readings this close to the highest see it again. */
const AGAIN_RATIO = 0.9;

/** Returns the busiest pod that is remembered after this tick; null where none was ever seen. */
export function busiestPod(context: TickContext): BusiestPod | null {
  const { at, state, observation } = context;
  const instances = observation.capacity.busiestPodInstances;
  const known = state.learned.instancesPerPod;
  const kept = known !== null && elapsed(known.at, at) < memoryOf(known, context) ? known : null;
  if (instances === null) return kept;
  if (kept === null || instances > kept.instances / AGAIN_RATIO) return { at, since: at, instances };
  if (instances < AGAIN_RATIO * kept.instances) return kept;
  return { at, since: kept.since, instances: Math.max(instances, kept.instances) };
}

/** Windows further apart than their length have no execution in common. */
function memoryOf({ since, at }: BusiestPod, { policy }: TickContext): typeof MEMORY {
  const window = policy.signals.requestRate?.window ?? DEFAULT_RATE_WINDOW;
  return elapsed(since, at) > window ? MEMORY : MEMORY_OF_ONE;
}
