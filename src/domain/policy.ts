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

/** The name of a built-in signal, or of a custom one (a DNS label that no other signal of the policy has). */
export type AnySignalName = SignalName | (string & Record<never, never>);

/** The signal that sizes by what was learned, where no request rate is declared. It is nobody's to declare. */
export const CAPACITY_SIGNAL = "capacity";

/** What a custom signal can be: it sizes, it raises as a stock of work, or it raises as a measure of service. */
export const CUSTOM_KINDS = ["load", "backlog", "quality"] as const;

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
/** `learned`: what one replica carries is learned, not told. */
export type RateSignalPolicy = Omit<LoadSignalPolicy, "targetPerReplica"> & {
  readonly targetPerReplica: number | "learned";
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

type CustomSignal = {
  readonly name: string;
  /** PromQL; its result is one number. */
  readonly query: string;
  readonly window: Millis;
  readonly required: boolean;
};
export type CustomLoadPolicy = CustomSignal & { readonly kind: "load"; readonly targetPerReplica: number };
export type CustomBacklogPolicy = CustomSignal & {
  readonly kind: "backlog";
  readonly targetPerReplica: number;
};
export type CustomQualityPolicy = CustomSignal & { readonly kind: "quality"; readonly target: number };

/** A signal read by a query of the policy's own; targets are in the query's unit. */
export type CustomSignalPolicy = CustomLoadPolicy | CustomBacklogPolicy | CustomQualityPolicy;

/** A declared signal has its settings; an undeclared one is null. */
export type SignalPolicies = {
  readonly requestRate: RateSignalPolicy | null;
  readonly inFlight: LoadSignalPolicy | null;
  readonly pendingRequests: BacklogSignalPolicy | null;
  readonly queueDuration: QualitySignalPolicy | null;
  readonly latency: QualitySignalPolicy | null;
  readonly gpuMemory: GuardSignalPolicy | null;
  /** In the order in which they are written, after the built-in ones. */
  readonly custom: readonly CustomSignalPolicy[];
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

/** Returns whether a name is that of a built-in signal. */
export function isBuiltIn(name: AnySignalName): name is SignalName {
  return SIGNAL_NAMES.some((known) => known === name);
}

/** Returns the custom signal of that name, or null. */
export function customSignal({ custom }: SignalPolicies, name: AnySignalName): CustomSignalPolicy | null {
  return custom.find((signal) => signal.name === name) ?? null;
}
