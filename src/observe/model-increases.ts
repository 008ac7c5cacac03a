// What each pod counted for one model in a window, and over how much time.

import { elapsed, toSeconds } from "../domain/units.ts";
import { appearedWithin, isGone } from "./fresh.ts";
import { hasSample, increaseIn, increaseOf, totalIncrease } from "./increase.ts";
import {
  type IncreaseKind,
  type ModelIncreases,
  type ObservedPod,
  type ObservedWorkload,
  tracksOf,
} from "./observed-workload.ts";
import type { SampleRange } from "./sample-ranges.ts";
import { oldestTime, type Track } from "./track.ts";
import { FAMILY } from "./triton-metrics.ts";
import { type Window, windowStart } from "./window.ts";

/** The counter of each kind that has one of its own. */
const COUNTED: Readonly<Record<Exclude<IncreaseKind, "rejected" | "computeMicros" | "observed">, string>> = {
  success: FAMILY.success,
  failure: FAMILY.failure,
  requestMicros: FAMILY.requestMicros,
  queueMicros: FAMILY.queueMicros,
  inputMicros: FAMILY.computeInputMicros,
  inferMicros: FAMILY.computeInferMicros,
  outputMicros: FAMILY.computeOutputMicros,
  inferences: FAMILY.inferences,
  executions: FAMILY.executions,
};
/** Families by which summaries and the histogram count. */
const COUNT_FAMILIES = [
  `${FAMILY.requestSummary}_count`,
  `${FAMILY.queueSummary}_count`,
  `${FAMILY.responseHistogram}_count`,
];

/** Returns the increases of every pod that has the model's success counter within the window, by pod name. */
export function modelIncreases(workload: ObservedWorkload, model: string, window: Window): ModelIncreases {
  const key = `${window.at} ${window.span} ${model}`;
  const known = workload.increases.get(key);
  if (known !== undefined) return known;
  const found = new WindowIncreases(workload, model, window);
  workload.increases.set(key, found);
  return found;
}

/** Returns the sum over pods of one kind of increase. */
export function sumOf(increases: ModelIncreases, kind: IncreaseKind): number {
  let total = 0;
  const column = increases.of(kind);
  // By index: an iterator would put each number on the heap.
  for (let place = 0; place < column.length; place++) total += column[place] ?? 0;
  return total;
}

/** Series are summed up when they are first asked for: no window is asked for all of them. */
class WindowIncreases implements ModelIncreases {
  readonly pods: readonly ObservedPod[];
  readonly #workload: ObservedWorkload;
  readonly #model: string;
  readonly #window: Window;
  /** Of each pod the times of a success series, which others mostly share, and where the window is in them. */
  readonly #times: readonly Track["times"][];
  readonly #ranges: readonly SampleRange[];
  readonly #columns = new Map<IncreaseKind, readonly number[]>();
  #seconds: readonly (number | null)[] | null = null;

  constructor(workload: ObservedWorkload, model: string, window: Window) {
    const pods: ObservedPod[] = [];
    const times: Track["times"][] = [];
    const ranges: SampleRange[] = [];
    const success: number[] = [];
    for (const pod of workload.pods) {
      const tracks = tracksOf(pod, FAMILY.success, model);
      const first = tracks[0];
      if (first === undefined || !hasSample(tracks, window, workload.ranges)) continue;
      pods.push(pod);
      times.push(first.times);
      ranges.push(workload.ranges.of(first.times, window));
      success.push(totalIncrease(tracks, window, workload.ranges));
    }
    this.#workload = workload;
    this.#model = model;
    this.#window = window;
    this.pods = pods;
    this.#times = times;
    this.#ranges = ranges;
    this.#columns.set("success", success);
  }

  get seconds(): readonly (number | null)[] {
    this.#seconds ??= this.pods.map((pod) => this.#rateSeconds(pod));
    return this.#seconds;
  }

  of(kind: IncreaseKind): readonly number[] {
    const known = this.#columns.get(kind);
    if (known !== undefined) return known;
    const column = this.#column(kind);
    this.#columns.set(kind, column);
    return column;
  }

  #column(kind: IncreaseKind): readonly number[] {
    if (kind === "rejected") return this.#rejected();
    if (kind === "computeMicros") return this.#computeMicros();
    return kind === "observed" ? this.#observed() : this.#total(COUNTED[kind]);
  }

  #total(family: string): number[] {
    return this.pods.map((pod, place) => this.#totalOf(tracksOf(pod, family, this.#model), place));
  }

  #totalOf(tracks: readonly Track[], place: number): number {
    let total = 0;
    for (const track of tracks) total += increaseIn(track, this.#rangeOf(track, place));
    return total;
  }

  #rangeOf({ times }: Track, place: number): SampleRange {
    const known = this.#times[place] === times ? this.#ranges[place] : undefined;
    return known ?? this.#workload.ranges.of(times, this.#window);
  }

  #rejected(): readonly number[] {
    return this.pods.map((pod, place) => {
      const failure = tracksOf(pod, FAMILY.failure, this.#model);
      return this.#totalOf(
        failure.filter(({ labels }) => labels.reason === "REJECTED"),
        place,
      );
    });
  }

  #computeMicros(): readonly number[] {
    const infer = this.of("inferMicros");
    const output = this.of("outputMicros");
    return this.of("inputMicros").map((micros, place) => micros + (infer[place] ?? 0) + (output[place] ?? 0));
  }

  /** Of the families that count, the one that counted most. */
  #observed(): readonly number[] {
    const most = this.pods.map(() => 0);
    for (const family of COUNT_FAMILIES) {
      const totals = this.#total(family);
      for (let place = 0; place < most.length; place++) {
        most[place] = Math.max(most[place] ?? 0, totals[place] ?? 0);
      }
    }
    return most;
  }

  /**
   * Rule 9: a pod with samples from before the window divides by the span of its samples; one born or gone inside it by
   * the window, since dividing by its short life would count its load twice. A pod that we merely look at for the first
   * time was not born: it divides by its span.
   */
  #rateSeconds(pod: ObservedPod): number | null {
    const tracks = tracksOf(pod, FAMILY.success, this.#model);
    if (isGone(this.#workload, pod, tracks) || wasBornWithin(pod, tracks, this.#window)) {
      return toSeconds(this.#window.span);
    }
    const counted = increaseOf(tracks, this.#window, this.#workload.ranges);
    return counted !== null && counted.to > counted.from
      ? toSeconds(elapsed(counted.from, counted.to))
      : null;
  }
}

function wasBornWithin(pod: ObservedPod, tracks: readonly Track[], window: Window): boolean {
  const first = oldestTime(tracks);
  if (first === null || first <= windowStart(window)) return false;
  const triedAt = pod.triedAt[0];
  const triedBefore = triedAt !== undefined && elapsed(triedAt, first) > 0;
  return appearedWithin(pod, window) || triedBefore;
}
