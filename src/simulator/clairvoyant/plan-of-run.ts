// What the clairvoyant follows in a run, and the bound that goes with it, from the run's own requests.

import { buildArrivals, buildPlane, objectiveSecondsOf, type PlaneBuild } from "../world/build-plane.ts";
import { type Clairvoyance, clairvoyance } from "./clairvoyance.ts";

/** Without an objective every answer is good, and the share does not matter. */
const DEFAULT_PERCENTILE = 99;

/** Returns plan and bound for one workload under one seed; the bounds are those of the candidate. */
export function planOfRun(
  build: PlaneBuild,
  bounds: { readonly minReplicas: number; readonly maxReplicas: number },
): Clairvoyance {
  const { scenario, workload, reference } = build;
  return clairvoyance({
    workload,
    makeArrivals: () => buildArrivals(build),
    makePlane: () => buildPlane({ ...build, keepRequests: false }),
    durationSeconds: scenario.durationSeconds,
    warmupSeconds: scenario.warmupSeconds,
    attainmentRatio: (reference?.policy.objective.percentile ?? DEFAULT_PERCENTILE) / 100,
    latencySeconds: objectiveSecondsOf(build),
    ...bounds,
  });
}
