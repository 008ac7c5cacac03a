// What single pods were seen to carry (rule 10b of the decision semantics).

import type { CapacityReading } from "../domain/observation.ts";
import { DEFAULT_RATE_WINDOW } from "../domain/windows.ts";
import { readExecutions } from "./busy-instances.ts";
import { totalIncrease } from "./increase.ts";
import { median } from "./median.ts";
import { type ObservedWorkload, tracksOf } from "./observed-workload.ts";
import { type SaturatedPod, saturatedPod } from "./saturation.ts";
import { FAMILY } from "./triton-metrics.ts";
import type { Window } from "./window.ts";

/** Returns the median rate of saturated pods; over requestRate's window, or a minute, what executed at a time and which versions. */
export function readCapacity(workload: ObservedWorkload): CapacityReading {
  const { at, policy } = workload;
  const window = { at, span: policy.signals.requestRate?.window ?? DEFAULT_RATE_WINDOW };
  const saturated: SaturatedPod[] = [];
  for (const pod of workload.pods) {
    const found = saturatedPod(workload, pod);
    if (found !== null) saturated.push(found);
  }
  const { busyInstances, busiestPodInstances, largestBatch } = readExecutions(workload, window);
  return {
    saturatedPerSecond: medianOf(saturated.map(({ perSecond }) => perSecond)),
    saturatedBatch: medianOf(saturated.map(({ batch }) => batch)),
    saturatedPods: saturated.length,
    busyInstances,
    busiestPodInstances,
    largestBatch,
    versions: policy.models.flatMap(({ name }) => versionsOf(workload, name, window)).sort(),
  };
}

/** Returns `model/version` of each version that completed requests; one pod that shows it is enough. */
function versionsOf({ pods, ranges }: ObservedWorkload, model: string, window: Window): readonly string[] {
  const found = new Set<string>();
  for (const pod of pods) {
    for (const track of tracksOf(pod, FAMILY.success, model)) {
      const { version } = track.labels;
      if (version === null || found.has(version)) continue;
      if (totalIncrease([track], window, ranges) > 0) found.add(version);
    }
  }
  return [...found].map((version) => `${model}/${version}`);
}

/** Null where there is none to take it of. */
function medianOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}
