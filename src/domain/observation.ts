// What one tick knows: the whole input of `decide` besides state and policy. Plain data, written as it is to the record.

import type { ClusterFacts } from "./cluster.ts";
import type { AnySignalName } from "./policy.ts";
import type { ReplicaSource } from "./samples.ts";
import type { Instant } from "./units.ts";

/**
 * `idle` is data (full coverage, no request of any kind in the window; of a custom load or backlog nothing but zeros). `stale` (samples too old), `absent` (no
 * samples) and `implausible` (nothing but unusable samples, or frozen counters) are not data, and never zero.
 */
export type SignalState = "live" | "idle" | "stale" | "absent" | "implausible";

type Measured<Unit extends string> = {
  readonly state: SignalState;
  /** Null where there is no number; 0 for an idle load or backlog. */
  readonly value: number | null;
  readonly unit: Unit;
  /** Age of the newest sample used, over the pods the largest. */
  readonly ageSeconds: number | null;
};

type Reading<Unit extends string> = Measured<Unit> & {
  /** F of the semantics: expected pods that are fresh for this signal. */
  readonly freshPods: number;
};

/** What each model adds to the value, before its weight; only where a policy has several models. */
export type ModelParts = { readonly models?: Readonly<Record<string, number>> };

export type RequestRateReading = Reading<"requests/s"> & ModelParts;

/** Sums over fresh pods of the pending gauge, weighted. */
export type PendingLevels = {
  /** The sum of each pod's last sample at or before the window's start, else its first in it. */
  readonly oldest: number | null;
  /** The sum of each pod's newest sample. */
  readonly newest: number | null;
};

/** Requests waiting or executing; `oldest` and `newest` are of the pending gauge over this signal's window. */
export type InFlightReading = Reading<"requests"> & PendingLevels & ModelParts;

export type PendingRequestsReading = Reading<"requests"> &
  PendingLevels &
  ModelParts & {
    /** Arrivals over the pending window or two scrape intervals, whichever is longer; weighted. */
    readonly arrivalsPerSecond: number | null;
    /** Σ min(pᵢ, target + 3 × median p): the sum without what stands out on single pods. Null below 3 fresh pods. */
    readonly capped: number | null;
  };

/** The value over the whole window and over each half of it, computed alone. */
export type HalvesReading = {
  readonly valueFirstHalf: number | null;
  readonly valueSecondHalf: number | null;
  /** The value over all pods but the one whose removal lowers it most; null with fewer than two pods. */
  readonly valueWithoutWorst: number | null;
  /** Completions in the window. */
  readonly requests: number;
  /** True: requests wait and none completed in the window; the state is then `absent`. */
  readonly noCompletions: boolean;
};

export type QueueDurationReading = Reading<"seconds"> & HalvesReading & ModelParts;

/** How the percentile was found, best first. */
export type LatencyQuality = "histogram" | "summary" | "counters";

/** Shares of the requests over the target, where a histogram edge equals it. */
export type OverTarget = {
  readonly ratio: number | null;
  readonly ratioFirstHalf: number | null;
  readonly ratioSecondHalf: number | null;
};

export type LatencyReading = Reading<"seconds"> &
  HalvesReading &
  ModelParts & { readonly quality: LatencyQuality | null; readonly overTarget: OverTarget | null };

export type GpuMemoryReading = Reading<"ratio">;

/** Of a query: one sample a tick, in a unit that only the query knows. It counts no pods. */
export type CustomLoadReading = Measured<"query"> & { readonly kind: "load" };
/** `oldest` and `newest` are the query's last sample at or before the window's start (else its first) and its newest. */
export type CustomBacklogReading = Measured<"query"> & PendingLevels & { readonly kind: "backlog" };
export type CustomQualityReading = Measured<"query"> &
  Pick<HalvesReading, "valueFirstHalf" | "valueSecondHalf"> & { readonly kind: "quality" };
export type CustomReading = CustomLoadReading | CustomBacklogReading | CustomQualityReading;

export type AnyReading =
  | RequestRateReading
  | InFlightReading
  | PendingRequestsReading
  | QueueDurationReading
  | LatencyReading
  | GpuMemoryReading
  | CustomReading;

/** The declared signals only: the built-in ones, then the custom ones by their names. */
export type SignalReadings = {
  readonly requestRate?: RequestRateReading;
  readonly inFlight?: InFlightReading;
  readonly pendingRequests?: PendingRequestsReading;
  readonly queueDuration?: QueueDurationReading;
  readonly latency?: LatencyReading;
  readonly gpuMemory?: GpuMemoryReading;
  readonly [custom: string]: AnyReading;
};

/** Returns the reading of a signal, or null where there is none. */
export function readingOf(signals: SignalReadings, name: AnySignalName): AnyReading | null {
  return Object.hasOwn(signals, name) ? (signals[name] ?? null) : null;
}

/** Returns the reading of a custom signal, or null where there is none. */
export function customReading(signals: SignalReadings, name: string): CustomReading | null {
  const reading = readingOf(signals, name);
  return reading !== null && "kind" in reading ? reading : null;
}

/** What the counters say about the traffic, whatever is declared; null = unknown. */
export type Traffic = {
  /** λ of rule 9, weighted: over requestRate's window, or one minute. */
  readonly arrivalsPerSecond: number | null;
  /** The same over the pending window or two scrape intervals (λₚ of rule 11). */
  readonly recentArrivalsPerSecond: number | null;
  readonly completionsPerSecond: number | null;
  /** Newest pending sum over fresh pods, unweighted. */
  readonly pendingRequests: number | null;
  /** Mean number waiting or executing, by Little's law. */
  readonly inFlightRequests: number | null;
  readonly meanRequestSeconds: number | null;
  readonly meanQueueSeconds: number | null;
  /** Input + inference + output. */
  readonly meanComputeSeconds: number | null;
  /** Inferences per execution. */
  readonly meanBatch: number | null;
  /** Completions in the longest signal window. */
  readonly completedRequests: number;
};

/** What single pods were seen to carry; null = unknown, or nothing to judge by. Rates are weighted, as λ is. */
export type CapacityReading = {
  /** The median over saturated pods of the requests/s that one completed; null = no pod was saturated. */
  readonly saturatedPerSecond: number | null;
  /** The median of their inferences per execution; null as well where a policy has several models. */
  readonly saturatedBatch: number | null;
  readonly saturatedPods: number;
  /** Executions at a time over all pods: mean compute time × executions ÷ time. */
  readonly busyInstances: number | null;
  /** The same of the busiest pod. */
  readonly busiestPodInstances: number | null;
  /** The most inferences per execution, between two scrapes of one pod in λ's window. */
  readonly largestBatch: number | null;
  /** `model/version` of all that completed requests in λ's window, ascending. */
  readonly versions: readonly string[];
};

/** Where a request's time goes: means per completed request, over the latency signal's window or a minute. */
export type RequestTime = {
  /** Waiting that is deliberate, at most the model's `maxQueueDelay`. */
  readonly batchingDelaySeconds: number;
  /** Waiting beyond it. */
  readonly queueSeconds: number;
  readonly inputSeconds: number;
  readonly inferSeconds: number;
  readonly outputSeconds: number;
  /** What is left of the request's time: neither queue nor execution. */
  readonly outsideSeconds: number;
  /** Inferences per execution; null = none was counted. */
  readonly meanBatch: number | null;
  /** Inferences per request: what an execution of one request holds. */
  readonly inferencesPerRequest: number;
  /** Completions that the means are of. */
  readonly requests: number;
};

/** The result of the activation query; a null value means unknown. */
export type ActivationReading = { readonly value: number | null };

export type Observation = {
  readonly at: Instant;
  readonly replicas: {
    readonly desired: number | null;
    readonly ready: number | null;
    readonly starting: number | null;
    readonly source: ReplicaSource;
  };
  /** `fresh` is the least over the required signals that have data; its share of `expected` is the coverage. */
  readonly pods: { readonly expected: number; readonly fresh: number };
  readonly signals: SignalReadings;
  /** Requests that Triton refused in the longest signal window. */
  readonly rejectedRequests: number;
  readonly activation: ActivationReading | null;
  readonly traffic: Traffic;
  readonly capacity: CapacityReading;
  /** By model; a model without completions is left out. */
  readonly requestTime: Readonly<Record<string, RequestTime>>;
  readonly tickIntervalSeconds: number;
  /** Only where the cluster is read and knows the workload. */
  readonly cluster?: ClusterFacts;
};
