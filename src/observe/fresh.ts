// Which pods a signal may rely on (rule 7 of the decision semantics), and which are gone (rule 9).

import { before, elapsed, type Instant, type Millis, millis } from "../domain/units.ts";
import type { ObservedPod, ObservedWorkload } from "./observed-workload.ts";
import { lastSeen, newestTime, type Track } from "./track.ts";
import { type Window, windowStart } from "./window.ts";

const UNTRIED_INTERVALS = 1.5;
const SILENT_INTERVALS = 3.5;
const FAILURES_OF_A_DEAD_POD = 2;

/** Returns whether the pod's newest sample of the tracks tells its present state. */
export function isFreshGauge(
  workload: ObservedWorkload,
  pod: ObservedPod,
  tracks: readonly Track[],
): boolean {
  const newest = newestTime(tracks);
  if (newest === null || elapsed(newest, workload.at) > workload.maxAge) return false;
  if (lacksSeries(pod, tracks)) return false;
  return pod.ready === true || pod.failuresInARow < FAILURES_OF_A_DEAD_POD;
}

/**
 * Returns whether the pod's samples of the tracks cover the window, or all of it that the pod has lived through. Not
 * while the source cannot be read: nothing is to go by whether the pod is still tried, so no scale-in is.
 */
export function isFreshRate(
  workload: ObservedWorkload,
  pod: ObservedPod,
  { tracks, window }: { readonly tracks: readonly Track[]; readonly window: Window },
): boolean {
  if (!isFreshGauge(workload, pod, tracks)) return false;
  if (isGoneBy(workload.at, pod, { tracks, scrapeInterval: workload.scrapeInterval })) return false;
  return appearedWithin(pod, window) || reachBack(workload, tracks, window);
}

/** By the series that the pod shows now: of a model that was reloaded, those of its former version no longer count. */
function reachBack({ ranges }: ObservedWorkload, tracks: readonly Track[], window: Window): boolean {
  const seen = lastSeen(tracks);
  for (const { times, lastSeenAt } of tracks) {
    if (lastSeenAt !== seen) continue;
    const { first, end } = ranges.of(times, window);
    const oldest = times[first];
    if (first === end || oldest === undefined || oldest > windowStart(window)) return false;
  }
  return true;
}

/** Returns whether the pod itself, not merely our sight of it, came to be inside the window. */
export function appearedWithin(pod: ObservedPod, window: Window): boolean {
  return pod.appearedAt !== null && pod.appearedAt > windowStart(window);
}

/**
 * Returns whether the pod is gone for a rate: no longer tried, no longer showing the series, or silent, all as far as
 * the source knows. An outage of the source takes no pod and no load away.
 */
export function isGone(
  { knownUntil, scrapeInterval }: ObservedWorkload,
  pod: ObservedPod,
  tracks: readonly Track[],
): boolean {
  return isGoneBy(knownUntil, pod, { tracks, scrapeInterval });
}

function isGoneBy(
  at: Instant,
  pod: ObservedPod,
  { tracks, scrapeInterval }: { readonly tracks: readonly Track[]; readonly scrapeInterval: Millis },
): boolean {
  const triedAt = pod.triedAt.at(-1);
  if (triedAt === undefined || triedAt <= before(at, millis(UNTRIED_INTERVALS * scrapeInterval))) return true;
  if (lacksSeries(pod, tracks)) return true;
  const newest = newestTime(tracks);
  return newest === null || newest <= before(at, millis(SILENT_INTERVALS * scrapeInterval));
}

/** Returns whether the newest successful scrape no longer had any of the series (an unloaded model). */
export function lacksSeries(pod: ObservedPod, tracks: readonly Track[]): boolean {
  const seen = lastSeen(tracks);
  return pod.lastUpAt !== null && (seen === null || seen < pod.lastUpAt);
}
