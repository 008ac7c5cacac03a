// The complete, validated policy: defaults filled in, spans as milliseconds, no optional field.

import type { TargetRef } from "./target.ts";
import type { Millis } from "./units.ts";

/** The signals a policy can declare, in the order in which they are read and shown. */
export const SIGNAL_NAMES = [
  "requestRate",
  "inFlight",
  "pendingRequests",
  "queueDuration",
  "latency",
  "gpuMemory",
] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];

export type PolicyMode = "enforce" | "shadow" | "hold";

export type ModelPolicy = {
  readonly name: string;
  /** Deliberate batching delay; taken off the measured queue time. */
  readonly maxQueueDelay: Millis;
  /** How much a request of this model counts in load and backlog. */
  readonly weight: number;
};

export type LoadSignalPolicy = {
  readonly targetPerReplica: number;
  readonly window: Millis;
  readonly required: boolean;
};
export type BacklogSignalPolicy = LoadSignalPolicy & { readonly clearWithin: Millis };
export type QualitySignalPolicy = {
  readonly target: Millis;
  readonly window: Millis;
  readonly required: boolean;
};
export type GuardSignalPolicy = {
  readonly blockScaleInAbove: number;
  readonly criticalAbove: number;
  readonly required: boolean;
};

/** A declared signal has its settings; an undeclared one is null. */
export type SignalPolicies = {
  readonly requestRate: LoadSignalPolicy | null;
  readonly inFlight: LoadSignalPolicy | null;
  readonly pendingRequests: BacklogSignalPolicy | null;
  readonly queueDuration: QualitySignalPolicy | null;
  readonly latency: QualitySignalPolicy | null;
  readonly gpuMemory: GuardSignalPolicy | null;
};

/** The largest change within `per`; where both are given the larger counts. `percent` is 0..∞ as in the HPA. */
export type RateLimit = {
  readonly replicas: number | null;
  readonly percent: number | null;
  readonly per: Millis;
};

export type Policy = {
  readonly name: string;
  readonly mode: PolicyMode;
  readonly target: TargetRef;
  readonly models: readonly ModelPolicy[];
  readonly replicas: { readonly min: number; readonly max: number };
  readonly gpusPerReplica: number;
  /** `percentile` % of the requests within `latency`. */
  readonly objective: { readonly percentile: number; readonly latency: Millis };
  readonly signals: SignalPolicies;
  readonly startup: { readonly expected: Millis };
  readonly scaleOut: {
    readonly stabilizationWindow: Millis;
    readonly tolerance: number;
    readonly limits: readonly RateLimit[];
  };
  readonly scaleIn: {
    readonly stabilizationWindow: Millis;
    readonly cooldown: Millis;
    readonly tolerance: number;
    readonly limits: readonly RateLimit[];
  };
  readonly activation: {
    readonly query: string;
    readonly above: number;
    readonly cooldown: Millis;
  } | null;
  readonly missingData: { readonly maxAge: Millis; readonly holdFor: Millis };
  readonly keda: { readonly tolerance: number };
};
