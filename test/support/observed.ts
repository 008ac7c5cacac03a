// Observations as tests make them: servers under a steady load, seen by the usual policy.

import type { Observation } from "../../src/domain/observation.ts";
import type { Policy, SignalPolicies } from "../../src/domain/policy.ts";
import type { Series, WorkloadSamples } from "../../src/domain/samples.ts";
import { seconds } from "../../src/domain/units.ts";
import { buildObservation } from "../../src/observe/build-observation.ts";
import { aPolicy, at } from "./builders.ts";
import { aSeries, every } from "./samples-builder.ts";

/** The second at which observations under test are made. */
export const NOW = 200;

/** Returns the observation at `now`, of the usual policy unless told otherwise. */
export function observe(
  samples: WorkloadSamples,
  {
    signals,
    policy = {},
    now = NOW,
    scrape = 1,
  }: {
    readonly signals?: Partial<SignalPolicies>;
    readonly policy?: Partial<Policy>;
    readonly now?: number;
    readonly scrape?: number;
  } = {},
): Observation {
  return buildObservation({
    at: at(now),
    readAt: at(now),
    policy: { ...aPolicy(signals === undefined ? {} : { signals }), ...policy },
    samples,
    scrapeInterval: seconds(scrape),
    tickInterval: seconds(15),
    activation: null,
    queries: new Map(),
  });
}

/** From the first sample to the last. */
export const ALL = { from: 0, to: NOW };

/** What a server does; 10 requests/s with a short queue where nothing is said. */
export type Load = {
  readonly rate?: number;
  readonly pending?: (t: number) => number;
  readonly queueMs?: number;
  readonly computeMs?: number;
  readonly failures?: number;
  readonly model?: string;
  readonly during?: { readonly from: number; readonly to: number };
};

/** The series of a server with a steady load. */
export function server({
  rate = 10,
  pending = () => 2,
  queueMs = 30,
  computeMs = 50,
  failures = 0,
  model = "embedder",
  during = ALL,
}: Load = {}): readonly Series[] {
  const counter = (family: string, perSecond: number, labels = {}): Series =>
    aSeries(
      family,
      every(1, during, (t) => perSecond * (t - during.from)),
      { model, ...labels },
    );
  return [
    counter("nv_inference_request_success", rate),
    counter("nv_inference_request_failure", failures, { reason: "REJECTED" }),
    counter("nv_inference_request_failure", 0, { reason: "CANCELED" }),
    counter("nv_inference_count", rate),
    counter("nv_inference_exec_count", rate / 2),
    counter("nv_inference_request_duration_us", rate * (queueMs + computeMs) * 1000),
    counter("nv_inference_queue_duration_us", rate * queueMs * 1000),
    counter("nv_inference_compute_infer_duration_us", rate * computeMs * 1000),
    aSeries("nv_inference_pending_request_count", every(1, during, pending), { model }),
  ];
}

/** One GPU model has a zero twin of each series without the GPU's label. */
export function withTwins(series: readonly Series[]): readonly Series[] {
  return series.flatMap((one) => {
    const onGpu = !one.family.includes("pending") && !one.family.includes("failure");
    const twin = {
      ...one,
      labels: { ...one.labels, gpuUuid: onGpu ? null : "GPU-1" },
      values: one.values.map(() => 0),
    };
    return [{ ...one, labels: { ...one.labels, gpuUuid: onGpu ? "GPU-1" : null } }, twin];
  });
}
