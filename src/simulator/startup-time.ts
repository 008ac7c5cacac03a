// How long a replica takes from being asked for to being ready, before anything is drawn.

import type { SpanDistribution, WorkloadScenario } from "../domain/scenario.ts";
import { leastSpan, meanSpan, spanP95 } from "./random/span-statistics.ts";

type Startup = WorkloadScenario["startup"];

/** Returns the mean: the stages' means and half a probe period. Waiting for a node is not in it. */
export function meanStartupSeconds(startup: Startup): number {
  return total(startup, meanSpan) + startup.readinessProbePeriodSeconds / 2;
}

/** Returns a time within which nearly every replica is ready: the stages' 95th percentiles and a probe period. */
export function longStartupSeconds(startup: Startup): number {
  return total(startup, spanP95) + startup.readinessProbePeriodSeconds;
}

/** Returns the least time that a start can take. */
export function leastStartupSeconds(startup: Startup): number {
  return total(startup, leastSpan);
}

function total(
  { scheduling, imagePull, modelLoad }: Startup,
  of: (stage: SpanDistribution) => number,
): number {
  return of(scheduling) + of(imagePull) + of(modelLoad);
}
