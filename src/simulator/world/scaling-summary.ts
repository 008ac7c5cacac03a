// Changes of desired replicas, counted.

import type { DesiredSince } from "../../domain/simulation-course.ts";
import type { ScalingSummary } from "../../domain/simulation-result.ts";

/** A change against the one before counts as a reversal when it follows within so long. */
const REVERSAL_SECONDS = 30 * 60;

/**
 * Returns the changes from `fromSeconds` on; `desired` begins with the count at t = 0. The first scale-out counts from
 * t = 0.
 */
export function scalingSummary(
  desired: readonly DesiredSince[],
  fromSeconds: number,
): Omit<ScalingSummary, "recoverySeconds"> {
  const changes = desired.slice(1).map(({ atSeconds, replicas }, index) => ({
    atSeconds,
    isOut: replicas > (desired[index]?.replicas ?? 0),
  }));
  const counted = changes.filter(({ atSeconds }) => atSeconds >= fromSeconds);
  const reversals = counted.filter((change, index) => {
    const previous = counted[index - 1];
    if (previous === undefined || previous.isOut === change.isOut) return false;
    return change.atSeconds - previous.atSeconds <= REVERSAL_SECONDS;
  });
  return {
    scaleOuts: counted.filter(({ isOut }) => isOut).length,
    scaleIns: counted.filter(({ isOut }) => !isOut).length,
    reversals: reversals.length,
    firstScaleOutSeconds: changes.find(({ isOut }) => isOut)?.atSeconds ?? null,
  };
}
