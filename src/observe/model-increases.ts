// What each pod counted for one model in a window, and over how much time.

import { elapsed, type Instant, millis, toSeconds } from "../domain/units.ts";
import { appearedWithin, isGone } from "./fresh.ts";
import { increaseOf, totalIncrease } from "./increase.ts";
import { type ObservedPod, type ObservedWorkload, type PodIncreases, tracksOf } from "./observed-workload.ts";
import type { Track } from "./track.ts";
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
  const found = workload.pods.flatMap((pod) => podIncreases(workload, { pod, model, window }) ?? []);
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

function podIncreases(
  workload: ObservedWorkload,
  { pod, model, window }: { readonly pod: ObservedPod; readonly model: string; readonly window: Window },
): PodIncreases | null {
  const increase = (tracks: readonly Track[]): number => totalIncrease(tracks, window, workload.maxAge) ?? 0;
  const of = (family: string): number => increase(tracksOf(pod, family, model));
  const successes = tracksOf(pod, FAMILY.success, model);
  const success = totalIncrease(successes, window, workload.maxAge);
  if (success === null) return null;
  const failures = tracksOf(pod, FAMILY.failure, model);
  return {
    pod,
    seconds: rateSeconds(workload, pod, { tracks: successes, window }),
    success,
    failure: increase(failures),
    rejected: increase(failures.filter(({ labels }) => labels.reason === "REJECTED")),
    requestMicros: of(FAMILY.requestMicros),
    queueMicros: of(FAMILY.queueMicros),
    computeMicros:
      of(FAMILY.computeInputMicros) + of(FAMILY.computeInferMicros) + of(FAMILY.computeOutputMicros),
    inferences: of(FAMILY.inferences),
    executions: of(FAMILY.executions),
    observed: Math.max(...COUNT_FAMILIES.map(of)),
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
  const spans = tracks.flatMap((track) => increaseOf(track, window, workload.maxAge) ?? []);
  const from = Math.min(...spans.map((span) => span.from));
  const to = Math.max(...spans.map((span) => span.to));
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
