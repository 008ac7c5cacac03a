// Reads sources of arrivals to their end, and says what the arrivals are like.

import type { GeneratedTraffic, RatePhase, TracedTraffic, TrafficStream } from "../../src/domain/scenario.ts";
import type { ArrivalSource } from "../../src/simulator/traffic/arrival-source.ts";
import { arrivalSource, type TrafficContext } from "../../src/simulator/traffic/arrival-streams.ts";
import type { ArrivalsTrace, CountsTrace, TraceData } from "../../src/simulator/traffic/trace-data.ts";

export type Arrivals = { readonly times: readonly number[]; readonly batches: readonly number[] };

/** Reads everything before `until`. */
export function drain(source: ArrivalSource, until: number, bufferLength = 1000): Arrivals {
  const [times, batches] = [new Float64Array(bufferLength), new Uint16Array(bufferLength)];
  const all: { times: number[]; batches: number[] } = { times: [], batches: [] };
  for (let count = bufferLength; count === bufferLength; ) {
    count = source.fill(until, times, batches);
    all.times.push(...times.subarray(0, count));
    all.batches.push(...batches.subarray(0, count));
  }
  return all;
}

export function trafficContext(changes: Partial<TrafficContext> = {}): TrafficContext {
  return {
    seed: 1,
    key: "ai/triton/m",
    model: "m",
    durationSeconds: 1000,
    requestBatch: [{ batch: 1, share: 1 }],
    traces: new Map(),
    ...changes,
  };
}

export function generated(
  generator: GeneratedTraffic["generator"],
  phases: readonly RatePhase[] = [],
): GeneratedTraffic {
  return { kind: "generated", generator, phases };
}

/** Rates that hold, or go from one to another. */
export function phase(forSeconds: number, fromRate: number, toRate = fromRate): RatePhase {
  return { forSeconds, fromRate, toRate };
}

export function traced(changes: Partial<TracedTraffic> = {}): TracedTraffic {
  return {
    kind: "traced",
    path: "trace",
    format: "tidemark",
    fromSeconds: 0,
    forSeconds: null,
    multiply: 1,
    thin: 1,
    ...changes,
  };
}

/** What a stream of `trace` plays. */
export function played(
  trace: TraceData,
  changes: Partial<TracedTraffic> = {},
  context: Partial<TrafficContext> = {},
): Arrivals {
  const traces = new Map([["trace", trace]]);
  return drain(arrivalSource([traced(changes)], trafficContext({ traces, ...context })), 1e9);
}

/** What generated streams give within a context. */
export function arrivalsOf(
  streams: readonly TrafficStream[],
  changes: Partial<TrafficContext> = {},
): Arrivals {
  const context = trafficContext(changes);
  return drain(arrivalSource(streams, context), context.durationSeconds);
}

export function counts(values: readonly number[], stepSeconds = 1): CountsTrace {
  return { kind: "counts", stepSeconds, counts: Uint32Array.from(values) };
}

export function explicit(times: readonly number[], batches: readonly number[] | null = null): ArrivalsTrace {
  return {
    kind: "arrivals",
    times: Float64Array.from(times),
    batches: batches === null ? null : Uint16Array.from(batches),
    models: null,
  };
}

/** Counts of bins of `seconds`. */
export function binned(times: readonly number[], bins: number, seconds = 1): readonly number[] {
  const found = Array.from({ length: bins }, () => 0);
  for (const time of times) {
    const bin = Math.floor(time / seconds);
    found[bin] = (found[bin] ?? 0) + 1;
  }
  return found;
}

export function gapsOf(times: readonly number[]): readonly number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation ÷ mean. */
export function cv(values: readonly number[]): number {
  const average = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - average) ** 2))) / average;
}

/** The largest distance of the values' distribution from the uniform one on [0, 1], times √n (Kolmogorov). */
export function distanceFromUniform(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const distances = sorted.map((value, index) =>
    Math.max(value - index / sorted.length, (index + 1) / sorted.length - value),
  );
  return distances.reduce((most, distance) => Math.max(most, distance), 0) * Math.sqrt(sorted.length);
}
