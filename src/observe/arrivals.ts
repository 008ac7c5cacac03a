// λ: requests arriving per second, from what was completed and what piled up (rule 9 of the decision semantics).

import type { Instant } from "../domain/units.ts";
import { modelIncreases } from "./model-increases.ts";
import { type ObservedPod, type ObservedWorkload, tracksOf } from "./observed-workload.ts";
import type { SampleRange } from "./sample-ranges.ts";
import type { Track } from "./track.ts";
import { FAMILY } from "./triton-metrics.ts";
import type { Window } from "./window.ts";

/** Returns the model's arrivals per second over every pod seen in the window, also those gone; null = unknown. */
export function modelArrivals(workload: ObservedWorkload, model: string, window: Window): number | null {
  let total: number | null = null;
  const increases = modelIncreases(workload, model, window);
  const success = increases.of("success");
  const failure = increases.of("failure");
  const { pods, seconds } = increases;
  for (let place = 0; place < pods.length; place++) {
    const [pod, span] = [pods[place], seconds[place] ?? null];
    if (pod === undefined || span === null) continue;
    const counted = (success[place] ?? 0) + (failure[place] ?? 0);
    const arrived = Math.max(0, counted + pendingGrowth(workload, pod, { model, window }));
    total = (total ?? 0) + arrived / span;
  }
  return total;
}

type Subject = { readonly model: string; readonly window: Window };

/**
 * Returns by how much the pod's pending requests grew in the window. What waited when the server restarted is lost: it
 * did arrive, so it is not subtracted; after a restart the queue grows from 0.
 */
function pendingGrowth(workload: ObservedWorkload, pod: ObservedPod, { model, window }: Subject): number {
  const restarts = restartTimes(workload, tracksOf(pod, FAMILY.success, model), window);
  let growth = 0;
  for (const track of tracksOf(pod, FAMILY.pending, model)) {
    growth += trackGrowth(track, workload.ranges.of(track.times, window), restarts);
  }
  return growth;
}

function trackGrowth(
  { times, values }: Track,
  { first, end }: SampleRange,
  restarts: readonly Instant[],
): number {
  if (first === end) return 0;
  let growth = 0;
  let segmentStart = values[first] ?? 0;
  for (let index = first + 1; restarts.length > 0 && index < end; index++) {
    const [previous, time] = [times[index - 1], times[index]];
    if (previous === undefined || time === undefined) continue;
    if (!restarts.some((restart) => restart > previous && restart <= time)) continue;
    growth += (values[index - 1] ?? 0) - segmentStart;
    segmentStart = 0;
  }
  return growth + (values[end - 1] ?? 0) - segmentStart;
}

/** Returns the times of the first samples after a counter fell. */
function restartTimes(
  { ranges }: ObservedWorkload,
  tracks: readonly Track[],
  window: Window,
): readonly Instant[] {
  const found: Instant[] = [];
  for (const { times, values } of tracks) {
    const { first, end } = ranges.of(times, window);
    for (let index = first + 1; index < end; index++) {
      const time = times[index];
      if (time !== undefined && (values[index] ?? 0) < (values[index - 1] ?? 0)) found.push(time);
    }
  }
  return found;
}
