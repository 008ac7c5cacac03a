// What saturation and breaches taught about one replica of a policy: long memory, kept in the shared checkpoint.

import type { AnySignalName } from "./policy.ts";
import type { Instant } from "./units.ts";

/** More bad points than this are not kept: the oldest go first. */
export const BAD_POINTS_MAX = 64;

/** More sizes of batch, and more versions, than this are not kept. */
export const SERVICES_MAX = 64;
export const VERSIONS_MAX = 64;

/** Requests/s of one replica (weighted, as λ is), and when that was last learned. */
export type LearnedRate = { readonly at: Instant; readonly perReplica: number };

/**
 * A load per replica at which the objective was missed while `readyReplicas` served. `signals`: the quality signals whose
 * breaches alone show it; none = a backlog did.
 */
export type BadPoint = LearnedRate & {
  readonly readyReplicas: number;
  readonly signals: readonly AnySignalName[];
};

/** How long a model's executions of about `batch` inferences took when they were first seen. */
export type LearnedService = {
  readonly model: string;
  readonly batch: number;
  readonly executionSeconds: number;
};

export type FullBatch = { readonly at: Instant; readonly inferences: number };

/** Executions at a time on one pod, on average over a window: first and last seen so high. */
export type BusiestPod = { readonly at: Instant; readonly since: Instant; readonly instances: number };

export type LearnedCapacity = {
  /** Inferences per execution where batches were fullest, and when that was last seen. */
  readonly fullBatch: FullBatch | null;
  /** Requests/s of one saturated replica; null = none was seen saturated. */
  readonly cap: LearnedRate | null;
  /** Oldest first. */
  readonly badPoints: readonly BadPoint[];
  /** The highest rate per replica that was held with all quality at target and nothing starting. */
  readonly proven: LearnedRate | null;
  /** The most executions at a time that one pod was seen to have. */
  readonly instancesPerPod: BusiestPod | null;
  /** One for each model and size of batch; sizes that differ by less than an eighth count as one. */
  readonly services: readonly LearnedService[];
  /** `model/version` of all that completed requests since. */
  readonly versions: readonly string[];
  /** When what was known before was last dropped, since the service had changed. */
  readonly forgottenAt: Instant | null;
  /** When rates were last converted, since executions of the same size took another time. */
  readonly convertedAt: Instant | null;
};

export const NOTHING_LEARNED: LearnedCapacity = {
  fullBatch: null,
  cap: null,
  badPoints: [],
  proven: null,
  instancesPerPod: null,
  services: [],
  versions: [],
  forgottenAt: null,
  convertedAt: null,
};
