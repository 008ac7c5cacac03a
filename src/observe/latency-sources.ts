// Three ways to find a latency percentile, best first: histogram, summaries, counters.

import type { LatencyQuality } from "../domain/observation.ts";
import type { Millis } from "../domain/units.ts";
import { countsWithout, histogramQuantile, responseHistogram } from "./histogram-quantile.ts";
import { sumOf } from "./model-increases.ts";
import { largest } from "./model-parts.ts";
import {
  type ModelIncreases,
  type ObservedPod,
  type ObservedWorkload,
  tracksOf,
} from "./observed-workload.ts";
import { withoutWorst } from "./quality-reading.ts";
import type { Track } from "./track.ts";
import { FAMILY } from "./triton-metrics.ts";
import { countUntil, type Window, windowStart } from "./window.ts";

const MILLIS_PER_SECOND = 1e3;
const MICROS_PER_SECOND = 1e6;
/** Below this share of the completions a histogram does not speak for all servers (a setting being rolled out). */
const LEAST_HISTOGRAM_SHARE = 0.8;
/** Mean queue times from the mean to the 99th percentile, as measured on steady and bursty loads. */
const QUEUE_TIMES_TO_TAIL = 3;

export type LatencyQuestion = {
  readonly model: string;
  readonly window: Window;
  readonly increases: ModelIncreases;
  readonly target: Millis;
};

/** Seconds; `withoutWorst` = without the pod whose removal lowers it most. */
export type LatencyMeasure = {
  readonly value: number;
  readonly withoutWorst: number | null;
  readonly quality: LatencyQuality;
};

type LatencySource = {
  readonly quality: LatencyQuality;
  /** Returns null where the source does not know. `coarse` accepts wide buckets too. */
  measure(
    workload: ObservedWorkload,
    question: LatencyQuestion,
    coarse: boolean,
  ): Omit<LatencyMeasure, "quality"> | null;
};

/** The sources in the order in which they are asked. */
export const LATENCY_SOURCES: readonly LatencySource[] = [
  { quality: "histogram", measure: byHistogram },
  { quality: "summary", measure: bySummaries },
  { quality: "counters", measure: byCounters },
];

function byHistogram(workload: ObservedWorkload, question: LatencyQuestion, coarse: boolean) {
  const histogram = responseHistogram(workload, question.model, question.window);
  if (histogram === null) return null;
  const { edges, counts, byPod } = histogram;
  if ((counts.at(-1) ?? 0) < LEAST_HISTOGRAM_SHARE * sumOf(question.increases, "success")) return null;
  const { percentile } = workload.policy.objective;
  const found = histogramQuantile(edges, counts, percentile);
  if (found === null || !(coarse || found.narrow || edges.includes(question.target))) return null;
  const others = byPod.length < 2 ? [] : byPod.map((pod) => countsWithout(histogram, pod));
  const lowered = others.flatMap((rest) => histogramQuantile(edges, rest, percentile)?.value ?? []);
  return {
    value: found.value / MILLIS_PER_SECOND,
    withoutWorst: lowered.length === 0 ? null : Math.min(...lowered) / MILLIS_PER_SECOND,
  };
}

/** Quantiles cannot be averaged over pods; that of all requests is never above the largest of them. */
function bySummaries(workload: ObservedWorkload, { model, window }: LatencyQuestion) {
  const quantile = workload.policy.objective.percentile / 100;
  const perPod = workload.pods.flatMap((pod) => podQuantile(pod, { model, window, quantile }) ?? []);
  perPod.sort((a, b) => b - a);
  const [worst, next] = perPod;
  if (worst === undefined) return null;
  return {
    value: worst / MICROS_PER_SECOND,
    withoutWorst: next === undefined ? null : next / MICROS_PER_SECOND,
  };
}

function byCounters(_workload: ObservedWorkload, { increases }: LatencyQuestion) {
  const success = increases.of("success");
  const queueMicros = increases.of("queueMicros");
  const tailMicros = increases
    .of("computeMicros")
    .map((computeMicros, place) => computeMicros + QUEUE_TIMES_TO_TAIL * (queueMicros[place] ?? 0));
  const micros = tailMicros.reduce((total, part) => total + part, 0);
  const requests = sumOf(increases, "success");
  const mean = (part: number, count: number): number | null =>
    count > 0 ? part / MICROS_PER_SECOND / count : null;
  const value = mean(micros, requests);
  if (value === null) return null;
  return {
    value,
    withoutWorst: withoutWorst(success, (place) =>
      mean(micros - (tailMicros[place] ?? 0), requests - (success[place] ?? 0)),
    ),
  };
}

/** Returns the largest mean, over versions, of the quantile's samples in the window; empty windows print no number. */
function podQuantile(
  pod: ObservedPod,
  { model, window, quantile }: { readonly model: string; readonly window: Window; readonly quantile: number },
): number | null {
  const tracks = tracksOf(pod, FAMILY.requestSummary, model);
  if (tracks.length === 0) return null;
  const matching = tracks.filter(({ labels }) => Math.abs(Number(labels.quantile ?? NaN) - quantile) < 1e-9);
  return largest(matching.map((track) => meanInWindow(track, window)));
}

function meanInWindow({ times, values }: Track, window: Window): number | null {
  const start = countUntil(times, windowStart(window));
  const end = countUntil(times, window.at);
  if (end <= start) return null;
  let total = 0;
  for (let index = start; index < end; index++) total += values[index] ?? 0;
  return total / (end - start);
}
