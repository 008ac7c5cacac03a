// Samples of pods as tests of observations write them: a series is a list of values at given seconds.

import type { PodSamples, Series, SeriesLabels, WorkloadSamples } from "../../src/domain/samples.ts";
import { at } from "./builders.ts";

const NO_LABELS: SeriesLabels = {
  model: null,
  version: null,
  gpuUuid: null,
  reason: null,
  quantile: null,
  le: null,
};

/** [seconds, value] pairs, oldest first. */
export type Points = readonly (readonly [number, number])[];

/** Returns a series of the model `embedder`, version 1, unless labels say otherwise. */
export function aSeries(family: string, points: Points, labels: Partial<SeriesLabels> = {}): Series {
  return {
    family,
    labels: { ...NO_LABELS, model: "embedder", version: "1", ...labels },
    times: points.map(([t]) => at(t)),
    values: points.map(([, value]) => value),
  };
}

/** Returns a series without a model label. */
export function aDeviceSeries(family: string, points: Points, gpuUuid: string): Series {
  return aSeries(family, points, { model: null, version: null, gpuUuid });
}

/** Returns a ready, expected pod; its scrapes are the times of its samples unless given. */
export function aPod(
  pod: string,
  series: readonly Series[],
  overrides: Partial<PodSamples> = {},
): PodSamples {
  const times = [...new Set(series.flatMap((one) => one.times))].sort((a, b) => a - b);
  return {
    pod,
    appearedAt: at(-100_000),
    ready: true,
    expected: true,
    scrapes: times.map((time) => ({ at: time, up: true })),
    series,
    ...overrides,
  };
}

/** Returns the samples of these pods, with desired and ready replicas not given. */
export function samplesOf(...pods: readonly PodSamples[]): WorkloadSamples {
  return { pods, replicas: { desired: null, ready: null, source: "pods" } };
}

/** Returns `value(t)` at every `step` seconds from `from` to `to`, both included. */
export function every(
  step: number,
  { from, to }: { readonly from: number; readonly to: number },
  value: (t: number) => number,
): Points {
  const count = Math.floor((to - from) / step) + 1;
  return Array.from({ length: count }, (_, index) => from + index * step).map((t) => [t, value(t)] as const);
}
