// How many executions run at a time, which Triton does not export: mean compute time × executions ÷ time; and how full.

import type { CapacityReading } from "../domain/observation.ts";
import { totalIncrease } from "./increase.ts";
import { modelIncreases } from "./model-increases.ts";
import { type ObservedPod, type ObservedWorkload, tracksOf } from "./observed-workload.ts";
import { areCountersFrozen } from "./signal-state.ts";
import type { Track } from "./track.ts";
import { COMPUTE_FAMILIES, FAMILY } from "./triton-metrics.ts";
import type { Window } from "./window.ts";

const MICROS_PER_SECOND = 1e6;

/** Fewer executions between two scrapes do not tell how full batches are. */
const EXECUTIONS_NEEDED = 3;

type Executions = Pick<CapacityReading, "busyInstances" | "busiestPodInstances" | "largestBatch">;

/**
 * Returns the executions at a time over all pods and on the busiest one, models added up, and the most inferences per
 * execution between two scrapes of one pod. What is busy on a pod that does not say is unknown, and so is the sum then.
 */
export function readExecutions(workload: ObservedWorkload, window: Window): Executions {
  const byPod = new Map<string, number>();
  let largestBatch: number | null = null;
  for (const { name } of workload.policy.models) {
    const increases = modelIncreases(workload, name, window);
    if (areCountersFrozen(increases)) return UNKNOWN;
    const success = increases.of("success");
    for (let place = 0; place < success.length; place++) {
      const [pod, seconds] = [increases.pods[place], increases.seconds[place] ?? null];
      if (pod === undefined || seconds === null) continue;
      const executed = (success[place] ?? 0) > 0 ? executedBy(workload, pod, { model: name, window }) : NONE;
      if (executed === null) return UNKNOWN;
      byPod.set(pod.name, (byPod.get(pod.name) ?? 0) + executed.micros / MICROS_PER_SECOND / seconds);
      if (executed.largestBatch > 0) largestBatch = Math.max(largestBatch ?? 0, executed.largestBatch);
    }
  }
  if (byPod.size === 0) return UNKNOWN;
  let total = 0;
  for (const busy of byPod.values()) total += busy;
  return { busyInstances: total, busiestPodInstances: Math.max(...byPod.values()), largestBatch };
}

const UNKNOWN: Executions = { busyInstances: null, busiestPodInstances: null, largestBatch: null };

/** `largestBatch` 0 = too few executions between any two scrapes. */
type ExecutedTime = { readonly micros: number; readonly largestBatch: number };
const NONE: ExecutedTime = { micros: 0, largestBatch: 0 };

/** The counters of the instances that share a version and a GPU. */
type Executed = {
  readonly success: Track;
  readonly executions: Track;
  readonly inferences: Track | null;
  readonly compute: readonly Track[];
};

/** Returns null where requests completed but executions or their time were not counted. */
function executedBy(
  workload: ObservedWorkload,
  pod: ObservedPod,
  { model, window }: { readonly model: string; readonly window: Window },
): ExecutedTime | null {
  let micros = 0;
  let largestBatch = 0;
  for (const success of tracksOf(pod, FAMILY.success, model)) {
    const executions = ofSameInstances(tracksOf(pod, FAMILY.executions, model), success);
    if (executions === null) continue;
    const compute: Track[] = [];
    for (const family of COMPUTE_FAMILIES) {
      const track = ofSameInstances(tracksOf(pod, family, model), success);
      if (track !== null) compute.push(track);
    }
    const inferences = ofSameInstances(tracksOf(pod, FAMILY.inferences, model), success);
    const executed = executedTime(workload, { success, executions, inferences, compute }, window);
    micros += executed.micros;
    largestBatch = Math.max(largestBatch, executed.largestBatch);
  }
  return micros > 0 ? { micros, largestBatch } : null;
}

function ofSameInstances(tracks: readonly Track[], { labels }: Track): Track | null {
  for (const track of tracks) {
    if (track.labels.version === labels.version && track.labels.gpuUuid === labels.gpuUuid) return track;
  }
  return null;
}

/**
 * Scrape by scrape: Triton adds a batch's time once per request in it, so the mean leans to the large batches of its
 * span. Over a minute in which batches grew from 3 to 16, one instance came out as 1.75 of them. Where a series lacks
 * samples that another has, over the window as a whole.
 */
function executedTime({ ranges }: ObservedWorkload, executed: Executed, window: Window): ExecutedTime {
  const { success, executions, inferences, compute } = executed;
  if (!isComplete(executed)) {
    const total = (track: Track): number => totalIncrease([track], window, ranges);
    const micros = meanTimesCount(sum(compute.map(total)), total(success), total(executions));
    return { micros, largestBatch: 0 };
  }
  const { first, end } = ranges.of(success.times, window);
  let micros = 0;
  let largestBatch = 0;
  for (let index = first + 1; index < end; index++) {
    let computeMicros = 0;
    for (const track of compute) computeMicros += rise(track, index);
    const requests = rise(success, index);
    const count = rise(executions, index);
    micros += meanTimesCount(computeMicros, requests, count);
    const items = inferences === null ? 0 : rise(inferences, index);
    if (count >= EXECUTIONS_NEEDED) largestBatch = Math.max(largestBatch, items / count);
  }
  return { micros, largestBatch };
}

/** Returns whether each series has the samples that the others have. */
function isComplete({ success, executions, inferences, compute }: Executed): boolean {
  if (!haveSameTimes(executions, success)) return false;
  if (inferences !== null && !haveSameTimes(inferences, success)) return false;
  for (const track of compute) if (!haveSameTimes(track, success)) return false;
  return true;
}

function meanTimesCount(total: number, requests: number, count: number): number {
  return requests > 0 ? (total / requests) * count : 0;
}

/** Of series of one server: they can only differ by samples that were left out. */
function haveSameTimes({ times }: Track, other: Track): boolean {
  return (
    times === other.times || (times.length === other.times.length && times.at(-1) === other.times.at(-1))
  );
}

function rise({ values }: Track, index: number): number {
  const value = values[index] ?? 0;
  const previous = values[index - 1] ?? 0;
  return value >= previous ? value - previous : value;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
