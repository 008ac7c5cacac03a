// A gauge of one pod over a window: each scrape's sum over versions and GPUs, and what follows from it.

import type { Instant } from "../domain/units.ts";
import { isFreshGauge } from "./fresh.ts";
import { type ObservedPod, type ObservedWorkload, tracksOf } from "./observed-workload.ts";
import { FAMILY } from "./triton-metrics.ts";
import { countUntil, type Window, windowStart } from "./window.ts";

export type PodGauge = {
  readonly pod: ObservedPod;
  /** Over the window's samples; the newest one if the window holds fewer than two. */
  readonly mean: number;
  /** The last sample at or before the window's start, else the first in it. */
  readonly oldest: number;
  readonly newest: number;
};

/** Returns the pending gauge of every fresh pod, by pod name. */
export function freshPending(workload: ObservedWorkload, model: string, window: Window): readonly PodGauge[] {
  return workload.pods.flatMap((pod) => {
    if (!isFreshGauge(workload, pod, tracksOf(pod, FAMILY.pending, model))) return [];
    return podGauge(pod, { model, window }) ?? [];
  });
}

function podGauge(
  pod: ObservedPod,
  { model, window }: { readonly model: string; readonly window: Window },
): PodGauge | null {
  const { times, values } = summed(pod, model);
  const start = countUntil(times, windowStart(window));
  const end = countUntil(times, window.at);
  const newest = values[end - 1];
  if (newest === undefined) return null;
  let total = 0;
  for (let index = start; index < end; index++) total += values[index] ?? 0;
  const mean = end - start < 2 ? newest : total / (end - start);
  return { pod, mean, oldest: values[Math.max(0, start - 1)] ?? newest, newest };
}

/** Sums samples of the same scrape: zero twins add nothing, and averages over twins are never taken. */
function summed(
  pod: ObservedPod,
  model: string,
): { readonly times: readonly Instant[]; readonly values: readonly number[] } {
  const tracks = tracksOf(pod, FAMILY.pending, model);
  const [only, ...others] = tracks;
  if (only === undefined || others.length === 0) return only ?? { times: [], values: [] };
  const valueAt = new Map<Instant, number>();
  for (const { times, values } of tracks) {
    times.forEach((time, index) => valueAt.set(time, (valueAt.get(time) ?? 0) + (values[index] ?? 0)));
  }
  const times = [...valueAt.keys()].sort((a, b) => a - b);
  return { times, values: times.map((time) => valueAt.get(time) ?? 0) };
}
