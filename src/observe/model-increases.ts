// What each pod counted for one model in a window, and over how much time.

import { elapsed, toSeconds } from "../domain/units.ts";
import { appearedWithin, isGone } from "./fresh.ts";
import { type Increase, increaseOf, totalIncrease } from "./increase.ts";
import {
  type ObservedPod,
  type ObservedWorkload,
  type PodCounters,
  type PodIncreases,
  tracksOf,
} from "./observed-workload.ts";
import type { SampleRanges } from "./sample-ranges.ts";
import { oldestTime, type Track } from "./track.ts";
import { FAMILY } from "./triton-metrics.ts";
import { type Window, windowStart } from "./window.ts";

const COUNT_FAMILIES = [
  `${FAMILY.requestSummary}_count`,
  `${FAMILY.queueSummary}_count`,
  `${FAMILY.responseHistogram}_count`,
];

/** Returns the increases of every pod that has the model's success counter within the window, by pod name. */
export function modelIncreases(
  workload: ObservedWorkload,
  model: string,
  window: Window,
): readonly PodIncreases[] {
  const key = `${window.at} ${window.span} ${model}`;
  const known = workload.increases.get(key);
  if (known !== undefined) return known;
  const found: PodIncreases[] = [];
  for (const counters of countersOf(workload, model)) {
    const increases = podIncreases(workload, counters, window);
    if (increases !== null) found.push(increases);
  }
  workload.increases.set(key, found);
  return found;
}

/** Returns the sum over pods of one kind of increase. */
export function sumOf(
  increases: readonly PodIncreases[],
  kind: Exclude<keyof PodIncreases, "pod" | "seconds">,
): number {
  let total = 0;
  for (const pod of increases) total += pod[kind];
  return total;
}

function countersOf(workload: ObservedWorkload, model: string): readonly PodCounters[] {
  const known = workload.counters.get(model);
  if (known !== undefined) return known;
  const found = workload.pods.map((pod) => podCounters(pod, model));
  workload.counters.set(model, found);
  return found;
}

function podCounters(pod: ObservedPod, model: string): PodCounters {
  const failure = tracksOf(pod, FAMILY.failure, model);
  return {
    pod,
    success: tracksOf(pod, FAMILY.success, model),
    failure,
    rejected: failure.filter(({ labels }) => labels.reason === "REJECTED"),
    requestMicros: tracksOf(pod, FAMILY.requestMicros, model),
    queueMicros: tracksOf(pod, FAMILY.queueMicros, model),
    inputMicros: tracksOf(pod, FAMILY.computeInputMicros, model),
    inferMicros: tracksOf(pod, FAMILY.computeInferMicros, model),
    outputMicros: tracksOf(pod, FAMILY.computeOutputMicros, model),
    inferences: tracksOf(pod, FAMILY.inferences, model),
    executions: tracksOf(pod, FAMILY.executions, model),
    observed: COUNT_FAMILIES.map((family) => tracksOf(pod, family, model)),
  };
}

function podIncreases(
  workload: ObservedWorkload,
  counters: PodCounters,
  window: Window,
): PodIncreases | null {
  const { ranges } = workload;
  const { pod } = counters;
  const success = increaseOf(counters.success, window, ranges);
  if (success === null) return null;
  const inputMicros = totalIncrease(counters.inputMicros, window, ranges);
  const inferMicros = totalIncrease(counters.inferMicros, window, ranges);
  const outputMicros = totalIncrease(counters.outputMicros, window, ranges);
  return {
    pod,
    seconds: rateSeconds(workload, counters, { window, success }),
    success: success.increase,
    failure: totalIncrease(counters.failure, window, ranges),
    rejected: totalIncrease(counters.rejected, window, ranges),
    requestMicros: totalIncrease(counters.requestMicros, window, ranges),
    queueMicros: totalIncrease(counters.queueMicros, window, ranges),
    inputMicros,
    inferMicros,
    outputMicros,
    computeMicros: inputMicros + inferMicros + outputMicros,
    inferences: totalIncrease(counters.inferences, window, ranges),
    executions: totalIncrease(counters.executions, window, ranges),
    observed: mostObserved(counters.observed, window, ranges),
  };
}

function mostObserved(families: readonly (readonly Track[])[], window: Window, ranges: SampleRanges): number {
  let most = 0;
  for (const tracks of families) most = Math.max(most, totalIncrease(tracks, window, ranges));
  return most;
}

/**
 * Rule 9: a pod with samples from before the window divides by the span of its samples; one born or gone inside it by
 * the window, since dividing by its short life would count its load twice. A pod that we merely look at for the first
 * time was not born: it divides by its span.
 */
function rateSeconds(
  workload: ObservedWorkload,
  { pod, success: tracks }: PodCounters,
  { window, success: { from, to } }: { readonly window: Window; readonly success: Increase },
): number | null {
  if (isGone(workload, pod, tracks) || wasBornWithin(pod, tracks, window)) return toSeconds(window.span);
  return to > from ? toSeconds(elapsed(from, to)) : null;
}

function wasBornWithin(pod: ObservedPod, tracks: readonly Track[], window: Window): boolean {
  const first = oldestTime(tracks);
  if (first === null || first <= windowStart(window)) return false;
  const triedAt = pod.triedAt[0];
  const triedBefore = triedAt !== undefined && elapsed(triedAt, first) > 0;
  return appearedWithin(pod, window) || triedBefore;
}
