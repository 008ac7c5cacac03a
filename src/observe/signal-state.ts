// Whether there is data for a signal (rule 8 of the decision semantics), for one model and over several.

import type { SignalState } from "../domain/observation.ts";
import { elapsed, type Instant, toSeconds } from "../domain/units.ts";
import { isFreshGauge, isFreshRate, lacksSeries } from "./fresh.ts";
import { sumOf } from "./model-increases.ts";
import {
  type ModelIncreases,
  type ObservedPod,
  type ObservedWorkload,
  tracksOf,
} from "./observed-workload.ts";
import { lastSeen, later, newestTime, type Track } from "./track.ts";
import { FAMILY } from "./triton-metrics.ts";
import { countUntil, type Window, windowStart } from "./window.ts";

/**
 * What is known of one signal for one model; `freshPods` counts expected pods only. It is made property by property, as
 * all that each tick makes: after a spread V8 looks up each property anew.
 */
export type ModelState = {
  readonly state: SignalState;
  readonly freshPods: number;
  readonly ageSeconds: number | null;
};

/** The samples of a pod that decide on a signal's state. */
export type TracksOfPod = (pod: ObservedPod) => readonly Track[];

/** Returns the state of a signal that is computed from the counters of a model, `family` above all. */
export function counterState(
  workload: ObservedWorkload,
  subject: { readonly model: string; readonly family: string; readonly window: Window },
  increases: ModelIncreases,
): ModelState {
  const { family, model, window } = subject;
  const tracks: TracksOfPod = (pod) => tracksOf(pod, family, model);
  const freshPods = countExpected(workload, (pod) =>
    isFreshRate(workload, pod, { tracks: tracks(pod), window }),
  );
  const { missing, ageSeconds } = sightOf(workload, tracks);
  if (missing !== null) return { state: missing, freshPods, ageSeconds };
  if (areCountersFrozen(increases)) return { state: "implausible", freshPods, ageSeconds };
  if (increases.seconds.every((seconds) => seconds === null))
    return { state: "absent", freshPods, ageSeconds };
  const idle = isIdle(workload, { model, window, freshPods }, increases);
  return { state: idle ? "idle" : "live", freshPods, ageSeconds };
}

/** Returns the state of a signal that is read from a gauge; `isQuiet` tells whether it is idle. */
export function gaugeState(
  workload: ObservedWorkload,
  tracks: TracksOfPod,
  { isFresh, isQuiet }: { isFresh: (pod: ObservedPod) => boolean; isQuiet: (freshPods: number) => boolean },
): ModelState {
  const freshPods = countExpected(workload, isFresh);
  const { missing, ageSeconds } = sightOf(workload, tracks);
  if (missing !== null) return { state: missing, freshPods, ageSeconds };
  if (!workload.pods.some(isFresh)) {
    const vanished = workload.pods.every((pod) => tracks(pod).length === 0 || lacksSeries(pod, tracks(pod)));
    return { state: vanished ? "absent" : "stale", freshPods, ageSeconds };
  }
  return { state: isQuiet(freshPods) ? "idle" : "live", freshPods, ageSeconds };
}

/** Returns whether nothing at all happened to the model in the window, and every expected pod says so. */
export function isIdle(
  workload: ObservedWorkload,
  {
    model,
    window,
    freshPods,
  }: { readonly model: string; readonly window: Window; readonly freshPods: number },
  increases: ModelIncreases,
): boolean {
  if (freshPods < workload.expected || workload.expected === 0) return false;
  if (sumOf(increases, "success") > 0 || sumOf(increases, "failure") > 0) return false;
  return !workload.pods.some((pod) =>
    tracksOf(pod, FAMILY.pending, model).some((track) => hasPositiveSample(track, window)),
  );
}

/** Returns whether summaries or the histogram count requests that the counters do not (`counter_latencies=false`). */
export function areCountersFrozen(increases: ModelIncreases): boolean {
  const counted = sumOf(increases, "success") + sumOf(increases, "failure");
  return counted === 0 && sumOf(increases, "observed") > 0;
}

const MISSING_BY_WEIGHT = ["implausible", "stale", "absent"] as const;

/**
 * Returns the state over several models. Where some have no data, the others still speak (what they ask for is a lower
 * bound) and no pod counts as fresh, so that nothing is scaled in. Without `speaksAlone` one missing model is as if
 * all were: a part of the load must never pass for the whole of it where freshness is not asked for.
 */
export function stateOverModels(states: readonly ModelState[], speaksAlone: boolean): ModelState {
  const missing = MISSING_BY_WEIGHT.find((state) => states.some((model) => model.state === state));
  const withData = states.filter(({ state }) => state === "live" || state === "idle");
  const ages = (withData.length > 0 ? withData : states).flatMap((model) => model.ageSeconds ?? []);
  const freshPods = Math.min(...states.map((model) => model.freshPods));
  const ageSeconds = ages.length > 0 ? Math.max(...ages) : null;
  if (missing === undefined) {
    const idle = states.every(({ state }) => state === "idle");
    return { state: idle ? "idle" : "live", freshPods, ageSeconds };
  }
  if (withData.length === 0 || !speaksAlone) return { state: missing, freshPods, ageSeconds };
  return { state: "live", freshPods: 0, ageSeconds };
}

/** Returns whether a state is data. */
export function isData(state: SignalState): boolean {
  return state === "live" || state === "idle";
}

/** Returns F: how many expected pods pass. */
export function countExpected(workload: ObservedWorkload, passes: (pod: ObservedPod) => boolean): number {
  let count = 0;
  for (const pod of workload.pods) if (pod.expected && passes(pod)) count += 1;
  return count;
}

/** How old a signal's data is, and in what way it is missing. */
type Sight = {
  readonly missing: "absent" | "stale" | "implausible" | null;
  /** The largest age over the pods whose newest sample is still good; where none is, that of the newest sample. */
  readonly ageSeconds: number | null;
};

function sightOf(workload: ObservedWorkload, tracksOfPod: TracksOfPod): Sight {
  let seen: Instant | null = null;
  let newest: Instant | null = null;
  let oldestGood: Instant | null = null;
  for (const pod of workload.pods) {
    const tracks = tracksOfPod(pod);
    seen = later(seen, lastSeen(tracks));
    const sampledAt = newestTime(tracks);
    if (sampledAt === null) continue;
    newest = later(newest, sampledAt);
    if ((oldestGood === null || sampledAt < oldestGood) && isFreshGauge(workload, pod, tracks))
      oldestGood = sampledAt;
  }
  if (newest === null) return { missing: seen === null ? "absent" : "implausible", ageSeconds: null };
  return {
    missing: elapsed(newest, workload.at) > workload.maxAge ? "stale" : null,
    ageSeconds: toSeconds(elapsed(oldestGood ?? newest, workload.at)),
  };
}

function hasPositiveSample({ times, values }: Track, window: Window): boolean {
  const end = countUntil(times, window.at);
  for (let index = countUntil(times, windowStart(window)); index < end; index++) {
    if ((values[index] ?? 0) > 0) return true;
  }
  return false;
}
