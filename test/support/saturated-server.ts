// Servers that work without a break, and what an observation makes of their capacity.

import type { CapacityReading } from "../../src/domain/observation.ts";
import type { ModelPolicy } from "../../src/domain/policy.ts";
import type { PodSamples, Series } from "../../src/domain/samples.ts";
import { at, DECLARED } from "./builders.ts";
import { NOW, observe } from "./observed.ts";
import { aSeries, every, samplesOf } from "./samples-builder.ts";

/** A server that completes `rate` requests/s in batches of `batch`, scraped every `step` seconds. */
export type Server = {
  readonly rate?: number;
  readonly batch?: number;
  /** How long an execution takes. */
  readonly computeMs?: number;
  readonly waiting?: (t: number) => number;
  readonly step?: number;
  readonly from?: number;
  readonly to?: number;
  readonly model?: string;
  readonly version?: string;
};

/** The gauge of requests waiting. */
export const PENDING = "nv_inference_pending_request_count";

/** Returns the series of such a server: 40 requests/s with a long queue where nothing is said. */
export function saturated(options: Server = {}): readonly Series[] {
  const { rate = 40, batch = 4, computeMs = 100, waiting = () => 50, step = 1 } = options;
  const { from = NOW - 120, to = NOW, model = "embedder", version = "1" } = options;
  const series = (family: string, value: (t: number) => number): Series =>
    aSeries(family, every(step, { from, to }, value), { model, version });
  const counter = (name: string, perSecond: number): Series =>
    series(`nv_inference_${name}`, (t) => perSecond * (t - from));
  return [
    counter("request_success", rate),
    counter("exec_count", rate / batch),
    counter("compute_infer_duration_us", rate * computeMs * 1000),
    series(PENDING, waiting),
  ];
}

/** The same with the sample of one family at second `t` unusable. */
export function unusableAt(t: number, family: string, all: readonly Series[]): readonly Series[] {
  return all.map((one) => ({
    ...one,
    values: one.values.map((value, index) =>
      one.family === family && one.times[index] === at(t) ? NaN : value,
    ),
  }));
}

/** Returns what the pods carry, seen by a policy with every signal. */
export function capacity(
  pods: readonly PodSamples[],
  { step = 1, models }: { readonly step?: number; readonly models?: readonly ModelPolicy[] } = {},
): CapacityReading {
  return observe(samplesOf(...pods), {
    signals: DECLARED,
    scrape: step,
    ...(models && { policy: { models } }),
  }).capacity;
}

/** Returns what waits: nothing up to so many seconds before now, then always as much. */
export function since(secondsAgo: number, waiting = 50): (t: number) => number {
  return (t) => (t >= NOW - secondsAgo ? waiting : 0);
}
