// What each pod counted for one model in a window, and over how much time.

import { elapsed, type Instant, millis, toSeconds } from "../domain/units.ts";
import { appearedWithin, isGone } from "./fresh.ts";
import { increaseOf, totalIncrease } from "./increase.ts";
import {
  type ObservedPod,
  type ObservedWorkload,
  type PodCounters,
  type PodIncreases,
  tracksOf,
} from "./observed-workload.ts";
import type { Track } from "./track.ts";
import { FAMILY } from "./triton-metrics.ts";
import { type Window, windowStart } from "./window.ts";

const COUNT_FAMILIES = [
  `${FAMILY.requestSummary}_count`,
  `${FAMILY.queueSummary}_count`,
  `${FAMILY.responseHistogram}_count`,
];

const COMPUTE_FAMILIES = [FAMILY.computeInputMicros, FAMILY.computeInferMicros, FAMILY.computeOutputMicros];

/** Returns the increases of every pod that has the model's success counter within the window, by pod name. */
export function modelIncreases(
  workload: ObservedWorkload,
  model: string,
  window: Window,
): readonly PodIncreases[] {
  const key = `${window.at} ${window.span} ${model}`;
  const known = workload.increases.get(key);
  if (known !== undefined) return known;
  const found = countersOf(workload, model).flatMap(
    (counters) => podIncreases(workload, counters, window) ?? [],
  );
  workload.increases.set(key, found);
  return found;
}

/** Returns the sum over pods of one kind of increase. */
export function sumOf(
  increases: readonly PodIncreases[],
  kind: Exclude<keyof PodIncreases, "pod" | "seconds">,
): number {
  return increases.reduce((total, pod) => total + pod[kind], 0);
}

function countersOf(workload: ObservedWorkload, model: string): readonly PodCounters[] {
  const known = workload.counters.get(model);
  if (known !== undefined) return known;
  const found = workload.pods.map((pod) => podCounters(pod, model));
  workload.counters.set(model, found);
  return found;
}

function podCounters(pod: ObservedPod, model: string): PodCounters {
  const of = (family: string): readonly Track[] => tracksOf(pod, family, model);
  const failure = of(FAMILY.failure);
  return {
    pod,
    success: of(FAMILY.success),
    failure,
    rejected: failure.filter(({ labels }) => labels.reason === "REJECTED"),
    requestMicros: of(FAMILY.requestMicros),
    queueMicros: of(FAMILY.queueMicros),
    computeMicros: COMPUTE_FAMILIES.flatMap(of),
    inferences: of(FAMILY.inferences),
    executions: of(FAMILY.executions),
    observed: COUNT_FAMILIES.map(of).filter((tracks) => tracks.length > 0),
  };
}

function podIncreases(
  workload: ObservedWorkload,
  counters: PodCounters,
  window: Window,
): PodIncreases | null {
  const { maxAge } = workload;
  const { pod } = counters;
  const success = totalIncrease(counters.success, window, maxAge);
  if (success === null) return null;
  const increase = (tracks: readonly Track[]): number => totalIncrease(tracks, window, maxAge) ?? 0;
  return {
    pod,
    seconds: rateSeconds(workload, pod, { tracks: counters.success, window }),
    success,
    failure: increase(counters.failure),
    rejected: increase(counters.rejected),
    requestMicros: increase(counters.requestMicros),
    queueMicros: increase(counters.queueMicros),
    computeMicros: increase(counters.computeMicros),
    inferences: increase(counters.inferences),
    executions: increase(counters.executions),
    observed: counters.observed.reduce((most, tracks) => Math.max(most, increase(tracks)), 0),
  };
}

/**
 * Rule 9: a pod with samples from before the window divides by the span of its samples; one born or gone inside it by
 * the window, since dividing by its short life would count its load twice. A pod that we merely look at for the first
 * time was not born: it divides by its span.
 */
function rateSeconds(
  workload: ObservedWorkload,
  pod: ObservedPod,
  { tracks, window }: { readonly tracks: readonly Track[]; readonly window: Window },
): number | null {
  if (isGone(workload, pod, tracks) || wasBornWithin(pod, { tracks, window })) return toSeconds(window.span);
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const track of tracks) {
    const found = increaseOf(track, window, workload.maxAge);
    from = Math.min(from, found?.from ?? from);
    to = Math.max(to, found?.to ?? to);
  }
  return to > from ? toSeconds(millis(to - from)) : null;
}

function wasBornWithin(
  pod: ObservedPod,
  { tracks, window }: { readonly tracks: readonly Track[]; readonly window: Window },
): boolean {
  const first = tracks.reduce<Instant | null>((oldest, { times: [time] }) => {
    return time !== undefined && (oldest === null || time < oldest) ? time : oldest;
  }, null);
  if (first === null || first <= windowStart(window)) return false;
  const triedBefore = pod.triedAt[0] !== undefined && elapsed(pod.triedAt[0], first) > 0;
  return appearedWithin(pod, window) || triedBefore;
}
