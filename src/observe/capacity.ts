// What single pods were seen to carry (rule 10b of the decision semantics).

import type { CapacityReading } from "../domain/observation.ts";
import { DEFAULT_RATE_WINDOW } from "../domain/windows.ts";
import { totalIncrease } from "./increase.ts";
import { median } from "./median.ts";
import { modelIncreases } from "./model-increases.ts";
import { type ObservedWorkload, type PodIncreases, tracksOf } from "./observed-workload.ts";
import { saturatedRate } from "./saturation.ts";
import { areCountersFrozen } from "./signal-state.ts";
import { FAMILY } from "./triton-metrics.ts";
import type { Window } from "./window.ts";

const MICROS_PER_SECOND = 1e6;

/** Returns the median rate of saturated pods; over requestRate's window, or a minute, what executed at a time and which versions. */
export function readCapacity(workload: ObservedWorkload): CapacityReading {
  const { at, policy } = workload;
  const window = { at, span: policy.signals.requestRate?.window ?? DEFAULT_RATE_WINDOW };
  const rates: number[] = [];
  for (const pod of workload.pods) {
    const rate = saturatedRate(workload, pod);
    if (rate !== null) rates.push(rate);
  }
  return {
    saturatedPerSecond: rates.length === 0 ? null : median(rates),
    saturatedPods: rates.length,
    ...busyInstances(workload, window),
    versions: policy.models.flatMap(({ name }) => versionsOf(workload, name, window)).sort(),
  };
}

/** What is busy on a pod that does not say is unknown, and so is the sum then. */
function busyInstances(
  workload: ObservedWorkload,
  window: Window,
): Pick<CapacityReading, "busyInstances" | "busiestPodInstances"> {
  const byPod = new Map<string, number>();
  let isKnown = true;
  for (const { name } of workload.policy.models) {
    const increases = modelIncreases(workload, name, window);
    if (areCountersFrozen(increases)) isKnown = false;
    for (const pod of increases) {
      if (pod.seconds === null) continue;
      const busy = executionSeconds(pod);
      if (busy === null) isKnown = false;
      else byPod.set(pod.pod.name, (byPod.get(pod.pod.name) ?? 0) + busy / pod.seconds);
    }
  }
  if (!isKnown || byPod.size === 0) return { busyInstances: null, busiestPodInstances: null };
  let total = 0;
  for (const busy of byPod.values()) total += busy;
  return { busyInstances: total, busiestPodInstances: Math.max(...byPod.values()) };
}

/** Returns mean compute time × executions; null where requests completed but compute time or executions are missing. */
function executionSeconds({ success, computeMicros, executions }: PodIncreases): number | null {
  if (success <= 0) return 0;
  if (computeMicros <= 0 || executions <= 0) return null;
  return (computeMicros / MICROS_PER_SECOND / success) * executions;
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
