// Raw samples of one workload as a source hands them over: per pod, per series, with their own times.

import type { ClusterFacts } from "./cluster.ts";
import type { Instant } from "./units.ts";

/** One attempt to read a pod's metrics. */
export type Scrape = { readonly at: Instant; readonly up: boolean };

/** The labels by which Triton's series of one family differ; all others are left out. Null = the label is absent. */
export type SeriesLabels = {
  readonly model: string | null;
  readonly version: string | null;
  readonly gpuUuid: string | null;
  readonly reason: string | null;
  readonly quantile: string | null;
  readonly le: string | null;
};

/** One series of one pod; `times` ascend strictly and have the length of `values`. Values may be NaN or infinite. */
export type Series = {
  readonly family: string;
  readonly labels: SeriesLabels;
  readonly times: readonly Instant[];
  readonly values: readonly number[];
};

export type PodSamples = {
  readonly pod: string;
  /** When the pod itself came to be; null = before our first look at it. */
  readonly appearedAt: Instant | null;
  /** Null = the source does not know. */
  readonly ready: boolean | null;
  /** Whether it counts among the expected pods: ready where that is known, else it has answered a scrape before. */
  readonly expected: boolean;
  /** Attempts, oldest first. */
  readonly scrapes: readonly Scrape[];
  readonly series: readonly Series[];
};

export type ReplicaSource = "pods" | "static" | "kubernetes" | "kube-state-metrics";

/** Desired (spec) and ready replicas as a source gives them; null = it gives nothing now. */
export type ReplicaReading = {
  readonly desired: number | null;
  readonly ready: number | null;
  readonly source: ReplicaSource;
};

/**
 * What a query gave at past ticks: `times` ascend strictly and have the length of `values`. Empty = the source runs no
 * queries, or nothing is known.
 */
export type QuerySamples = { readonly times: readonly Instant[]; readonly values: readonly number[] };

/** All that a source knows of one workload at one instant. */
export type WorkloadSamples = {
  readonly pods: readonly PodSamples[];
  readonly replicas: ReplicaReading;
  /** Up to when the source knows which pods were tried; left out: up to the instant that was asked for. */
  readonly knownUntil?: Instant;
  /** Only where the cluster is read and knows the workload. */
  readonly cluster?: ClusterFacts;
};
