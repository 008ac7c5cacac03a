// λ: requests arriving per second, from what was completed and what piled up (rule 9 of the decision semantics).

import type { Instant } from "../domain/units.ts";
import { rangeOf } from "./increase.ts";
import { modelIncreases } from "./model-increases.ts";
import { type ObservedPod, type ObservedWorkload, type PodIncreases, tracksOf } from "./observed-workload.ts";
import type { Track } from "./track.ts";
import { FAMILY } from "./triton-metrics.ts";
import type { Window } from "./window.ts";

/** Returns the model's arrivals per second over every pod seen in the window, also those gone; null = unknown. */
export function modelArrivals(workload: ObservedWorkload, model: string, window: Window): number | null {
  const known = modelIncreases(workload, model, window).filter(({ seconds }) => seconds !== null);
  if (known.length === 0) return null;
  return known.reduce((total, pod) => total + podArrivals(workload, pod, { model, window }), 0);
}

function podArrivals(
  workload: ObservedWorkload,
  { pod, seconds, success, failure }: PodIncreases,
  { model, window }: { readonly model: string; readonly window: Window },
): number {
  const piledUp = pendingGrowth(workload, pod, { model, window });
  return seconds === null ? 0 : Math.max(0, success + failure + piledUp) / seconds;
}

/**
 * Returns by how much the pod's pending requests grew in the window. What waited when the server restarted is lost: it
 * did arrive, so it is not subtracted; after a restart the queue grows from 0.
 */
function pendingGrowth(
  workload: ObservedWorkload,
  pod: ObservedPod,
  { model, window }: { readonly model: string; readonly window: Window },
): number {
  const restarts = restartTimes(workload, tracksOf(pod, FAMILY.success, model), window);
  const pending = tracksOf(pod, FAMILY.pending, model);
  return pending.reduce(
    (total, track) => total + trackGrowth(track, rangeOf(track, window, workload.maxAge), restarts),
    0,
  );
}

function trackGrowth(
  { times, values }: Track,
  { first, end }: { readonly first: number; readonly end: number },
  restarts: readonly Instant[],
): number {
  let growth = 0;
  let segmentStart = values[first] ?? 0;
  for (let index = first + 1; index < end; index++) {
    const [previous, time] = [times[index - 1], times[index]];
    if (previous === undefined || time === undefined) continue;
    if (!restarts.some((restart) => restart > previous && restart <= time)) continue;
    growth += (values[index - 1] ?? 0) - segmentStart;
    segmentStart = 0;
  }
  return first < end ? growth + (values[end - 1] ?? 0) - segmentStart : 0;
}

/** Returns the times of the first samples after a counter fell. */
function restartTimes(
  workload: ObservedWorkload,
  tracks: readonly Track[],
  window: Window,
): readonly Instant[] {
  return tracks.flatMap((track) => {
    const { first, end } = rangeOf(track, window, workload.maxAge);
    const found: Instant[] = [];
    for (let index = first + 1; index < end; index++) {
      const time = track.times[index];
      if (time !== undefined && (track.values[index] ?? 0) < (track.values[index - 1] ?? 0)) found.push(time);
    }
    return found;
  });
}
