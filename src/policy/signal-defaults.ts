// The part of the table of fields that describes the signals.

import type { FieldEntry } from "./field-entry.ts";

const REQUIRED_SIGNAL = {
  meaning: "Whether a scale-in needs this signal's data.",
  default: true,
  why: "A signal worth declaring is worth waiting for; without its data the count may rise but not fall.",
} as const;

/** The fields of each signal by their path. */
export const SIGNAL_FIELDS = {
  "spec.signals.requestRate": {
    meaning: "Requests arriving per second; sizes out and in.",
    why: "Optional.",
  },
  "spec.signals.requestRate.targetPerReplica": {
    meaning:
      "Requests/s that one replica serves well within the objective, or `learned`: by what replicas were seen to carry.",
    why: "Required: a number where it was measured, which what is learned then only lowers; else `learned`.",
  },
  "spec.signals.requestRate.window": {
    meaning: "Span over which the rate is taken.",
    default: "1m",
    why: "Four scrapes at the usual 15 s; long enough to calm Poisson noise at tens of requests/s.",
  },
  "spec.signals.requestRate.required": REQUIRED_SIGNAL,
  "spec.signals.inFlight": {
    meaning: "Requests waiting or executing, by Little's law; sizes out and in.",
    why: "Optional: for long requests and engines that take requests at once.",
  },
  "spec.signals.inFlight.targetPerReplica": {
    meaning: "Requests in one replica at a time that still meet the objective.",
    why: "Required: measure it.",
  },
  "spec.signals.inFlight.window": {
    meaning: "Span over which it is averaged.",
    default: "1m",
    why: "As requestRate: it is a rate too.",
  },
  "spec.signals.inFlight.required": REQUIRED_SIGNAL,
  "spec.signals.pendingRequests": {
    meaning: "Requests waiting in Triton's queue; raises only.",
    why: "Optional: the fastest sign of a surge, but always near 0 for vLLM, TRT-LLM and ensembles.",
  },
  "spec.signals.pendingRequests.targetPerReplica": {
    meaning: "Waiting requests per replica that are no trouble; usually 2 × max_batch × instances.",
    why: "Required: it depends on the batch size.",
  },
  "spec.signals.pendingRequests.window": {
    meaning: "Span over which the gauge is averaged.",
    default: "15s",
    why: "Short, because it is the early warning; a quarter-second burst still disappears in it.",
  },
  "spec.signals.pendingRequests.clearWithin": {
    meaning: "Time within which a backlog should be worked off.",
    default: "5m",
    why: "About a start-up and some: replicas bought to clear it faster arrive when it is gone.",
  },
  "spec.signals.pendingRequests.required": REQUIRED_SIGNAL,
  "spec.signals.queueDuration": {
    meaning: "Mean queue time per completed request; raises only.",
    why: "Optional.",
  },
  "spec.signals.queueDuration.target": {
    meaning: "Mean queue time that is fine; not below the time of one execution.",
    why: "Required: it depends on the model.",
  },
  "spec.signals.queueDuration.window": {
    meaning: "Span over which the mean is taken.",
    default: "1m",
    why: "Both halves must be above target: 30 s each.",
  },
  "spec.signals.queueDuration.required": REQUIRED_SIGNAL,
  "spec.signals.latency": {
    meaning: "The objective's percentile; raises only.",
    why: "Optional: the objective itself as a last resort, also for what is not queueing.",
  },
  "spec.signals.latency.target": {
    meaning: "Latency above which it raises.",
    computed: "spec.objective.latency",
    why: "The objective is what must be held.",
  },
  "spec.signals.latency.window": {
    meaning: "Span over which the percentile is taken.",
    default: "2m",
    why: "A p99 needs hundreds of requests.",
  },
  "spec.signals.latency.required": REQUIRED_SIGNAL,
  "spec.signals.gpuMemory": {
    meaning: "Used ÷ total GPU memory of the fullest replica; a guard that blocks scale-in and never raises.",
    why: "Optional: not for back ends that reserve memory up front (vLLM, TRT-LLM).",
  },
  "spec.signals.gpuMemory.blockScaleInAbove": {
    meaning: "Ratio above which nothing is scaled in.",
    default: 0.9,
    why: "What a lost replica leaves to the others must still fit.",
  },
  "spec.signals.gpuMemory.criticalAbove": {
    meaning: "Ratio above which an alert is raised, too.",
    default: 0.97,
    why: "Allocations begin to fail near here.",
  },
  "spec.signals.gpuMemory.required": REQUIRED_SIGNAL,
  "spec.signals.custom": {
    meaning:
      "What Triton does not export, by queries of the policy's own; at most 16, each asked once a tick. Needs a source of kind prometheus, or a recording of one.",
    default: [],
    why: "The built-in signals do for most; each query costs Prometheus something.",
  },
  "spec.signals.custom[].name": {
    meaning: "Its name in records and metrics: a DNS label, no other signal's.",
    why: "Required.",
  },
  "spec.signals.custom[].query": {
    meaning: "PromQL, at most 4 KiB, whose result is one number.",
    why: "Required. It comes from the policy file only, never from a caller.",
  },
  "spec.signals.custom[].kind": {
    meaning:
      "`load` sizes out and in, as requestRate; `backlog` raises by what waits, as pendingRequests; `quality` raises by its ratio to the target, as queueDuration.",
    why: "Required: a number does not say what it means.",
  },
  "spec.signals.custom[].targetPerReplica": {
    meaning: "Of load and backlog: how much of it one replica bears, in the query's unit.",
    why: "Required with these kinds: measure it.",
  },
  "spec.signals.custom[].target": {
    meaning: "Of quality: the value that is fine, in the query's unit.",
    why: "Required with this kind.",
  },
  "spec.signals.custom[].window": {
    meaning: "Span over which the results of its ticks are averaged.",
    default: "1m",
    why: "Four results at the usual tick of 15 s; of quality both halves must be above target.",
  },
  "spec.signals.custom[].required": REQUIRED_SIGNAL,
} as const satisfies Record<string, FieldEntry>;
