// A gauge of one pod over a window: each scrape's sum over versions and GPUs, and what follows from it.

import type { Instant } from "../domain/units.ts";
import { isFreshGauge } from "./fresh.ts";
import { type GaugeLevels, gaugeLevels } from "./gauge-levels.ts";
import { type ObservedPod, type ObservedWorkload, tracksOf } from "./observed-workload.ts";
import type { Track } from "./track.ts";
import { FAMILY } from "./triton-metrics.ts";
import type { Window } from "./window.ts";

export type PodGauge = GaugeLevels & { readonly pod: ObservedPod };

/** Returns the pending gauge of every fresh pod, by pod name. */
export function freshPending(workload: ObservedWorkload, model: string, window: Window): readonly PodGauge[] {
  const gauges: PodGauge[] = [];
  for (const pod of workload.pods) {
    const tracks = tracksOf(pod, FAMILY.pending, model);
    const levels = isFreshGauge(workload, pod, tracks) ? gaugeLevels(summed(tracks), window) : null;
    if (levels === null) continue;
    // Property by property: a spread is slow where each pod of each tick makes one.
    const { mean, oldest, newest } = levels;
    gauges.push({ pod, mean, oldest, newest });
  }
  return gauges;
}

/** Sums samples of the same scrape: zero twins add nothing, and averages over twins are never taken. */
function summed(tracks: readonly Track[]): Pick<Track, "times" | "values"> {
  const only = tracks[0];
  if (tracks.length === 1 && only !== undefined) return only;
  const valueAt = new Map<Instant, number>();
  for (const { times, values } of tracks) {
    times.forEach((time, index) => valueAt.set(time, (valueAt.get(time) ?? 0) + (values[index] ?? 0)));
  }
  const times = [...valueAt.keys()].sort((a, b) => a - b);
  return { times, values: times.map((time) => valueAt.get(time) ?? 0) };
}
