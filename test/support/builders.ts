// A policy and an observation as tests write them: the usual case, with what the test is about laid over it.

import type { HpaReading } from "../../src/domain/cluster.ts";
import type { CapacityReading, Observation, SignalReadings, Traffic } from "../../src/domain/observation.ts";
import type { Policy, SignalPolicies } from "../../src/domain/policy.ts";
import { type Instant, instant, minutes, seconds } from "../../src/domain/units.ts";

/** 2026-01-05T00:00:00Z: t = 0 of scripted time. */
export const EPOCH = instant(Date.UTC(2026, 0, 5));

/** Returns the instant `t` seconds after the epoch of scripted time. */
export function at(t: number): Instant {
  return instant(EPOCH + t * 1000);
}

const NO_SIGNALS: SignalPolicies = {
  requestRate: null,
  inFlight: null,
  pendingRequests: null,
  queueDuration: null,
  latency: null,
  gpuMemory: null,
  custom: [],
};

/** Declared signals as the defaults have them, for policies under test. */
export const DECLARED = {
  requestRate: { targetPerReplica: 30, window: minutes(1), required: true },
  inFlight: { targetPerReplica: 6, window: minutes(1), required: true },
  pendingRequests: { targetPerReplica: 8, window: seconds(15), clearWithin: minutes(5), required: true },
  queueDuration: { target: seconds(0.1), window: minutes(1), required: true },
  latency: { target: seconds(0.4), window: minutes(2), required: true },
  gpuMemory: { blockScaleInAbove: 0.9, criticalAbove: 0.97, required: true },
} as const satisfies Omit<SignalPolicies, "custom">;

/** How a policy moves where its file says nothing: the documented defaults, for policies that are not about them. */
export const USUAL_DYNAMICS = {
  startup: { expected: minutes(3) },
  scaleOut: {
    stabilizationWindow: seconds(0),
    tolerance: 0.1,
    limits: [{ replicas: 4, percent: 100, per: minutes(1) }],
  },
  scaleIn: {
    stabilizationWindow: minutes(5),
    cooldown: minutes(5),
    tolerance: 0.1,
    limits: [{ replicas: 1, percent: 25, per: minutes(2) }],
  },
  activation: null,
  missingData: { maxAge: minutes(1), holdFor: minutes(10) },
  keda: { tolerance: 0 },
} as const satisfies Partial<Policy>;

/** Returns a policy as its file would say it: 20 requests/s a replica, everything else by default. */
export function usualPolicy(parts: Partial<Policy> = {}): Policy {
  const requestRate = { ...DECLARED.requestRate, targetPerReplica: 20 };
  const replicas = { min: 1, max: 8 };
  const objective = { percentile: 99, latency: seconds(0.5) };
  return { ...aPolicy({ replicas, objective, signals: { requestRate } }), ...USUAL_DYNAMICS, ...parts };
}

/** Returns a policy with a load signal only, no windows and no limits: each dynamic is added by the test that is about it. */
export function aPolicy(
  overrides: Partial<Omit<Policy, "signals">> & { readonly signals?: Partial<SignalPolicies> } = {},
): Policy {
  const { signals, ...rest } = overrides;
  return {
    name: "embedder",
    mode: "enforce",
    target: { kind: "Deployment", namespace: "ai-inference", name: "triton-embedder" },
    models: [{ name: "embedder", maxQueueDelay: seconds(0), weight: 1 }],
    replicas: { min: 1, max: 100 },
    gpusPerReplica: 1,
    objective: { percentile: 99, latency: seconds(0.4) },
    signals: { ...NO_SIGNALS, ...(signals ?? { requestRate: DECLARED.requestRate }) },
    startup: { expected: minutes(3) },
    scaleOut: { stabilizationWindow: seconds(0), tolerance: 0.1, limits: [] },
    scaleIn: { stabilizationWindow: seconds(0), cooldown: seconds(0), tolerance: 0.1, limits: [] },
    activation: null,
    missingData: { maxAge: minutes(1), holdFor: minutes(10) },
    keda: { tolerance: 0 },
    ...rest,
  };
}

const QUIET: Traffic = {
  arrivalsPerSecond: 0,
  recentArrivalsPerSecond: 0,
  completionsPerSecond: 0,
  pendingRequests: 0,
  inFlightRequests: 0,
  meanRequestSeconds: null,
  meanQueueSeconds: null,
  meanComputeSeconds: null,
  meanBatch: null,
  completedRequests: 0,
};

/** What a fleet shows of its capacity while nothing is saturated. */
export const UNSATURATED: CapacityReading = {
  saturatedPerSecond: null,
  saturatedBatch: null,
  saturatedPods: 0,
  busyInstances: null,
  busiestPodInstances: null,
  largestBatch: null,
  versions: [],
};

/** Returns an observation of `desired` replicas, all ready and fresh, at `t` seconds. */
export function anObservation({
  t = 0,
  desired = 4,
  ready = desired,
  signals = {},
  traffic = {},
  capacity = {},
  ...rest
}: Partial<Omit<Observation, "signals" | "traffic" | "capacity" | "at">> & {
  readonly t?: number;
  readonly desired?: number | null;
  readonly ready?: number | null;
  readonly signals?: SignalReadings;
  readonly traffic?: Partial<Traffic>;
  readonly capacity?: Partial<CapacityReading>;
} = {}): Observation {
  const starting = desired === null || ready === null ? null : Math.max(0, desired - ready);
  return {
    at: at(t),
    replicas: { desired, ready, starting, source: "kubernetes" },
    pods: { expected: ready ?? 0, fresh: ready ?? 0 },
    signals,
    rejectedRequests: 0,
    activation: null,
    traffic: { ...QUIET, ...traffic },
    capacity: { ...UNSATURATED, ...capacity },
    requestTime: {},
    tickIntervalSeconds: 15,
    ...rest,
  };
}

/** Returns readings of live signals with these values, all fresh. */
export function live(
  values: {
    readonly requestRate?: number;
    readonly inFlight?: number;
    readonly pendingRequests?: number;
    readonly queueDuration?: number;
    readonly latency?: number;
    readonly gpuMemory?: number;
  },
  { pods = 4 }: { readonly pods?: number } = {},
): SignalReadings {
  const common = { state: "live", ageSeconds: 1, freshPods: pods } as const;
  const levels = (value: number) => ({ oldest: value, newest: value });
  const halves = (value: number) =>
    ({
      valueFirstHalf: value,
      valueSecondHalf: value,
      valueWithoutWorst: value,
      requests: 1000,
      noCompletions: false,
    }) as const;
  const { requestRate, inFlight, pendingRequests, queueDuration, latency, gpuMemory } = values;
  return {
    ...(requestRate === undefined
      ? {}
      : { requestRate: { ...common, value: requestRate, unit: "requests/s" } }),
    ...(inFlight === undefined
      ? {}
      : { inFlight: { ...common, value: inFlight, unit: "requests", ...levels(inFlight) } }),
    ...(pendingRequests === undefined
      ? {}
      : {
          pendingRequests: {
            ...common,
            value: pendingRequests,
            unit: "requests",
            ...levels(pendingRequests),
            arrivalsPerSecond: 0,
            capped: pendingRequests,
          },
        }),
    ...(queueDuration === undefined
      ? {}
      : { queueDuration: { ...common, value: queueDuration, unit: "seconds", ...halves(queueDuration) } }),
    ...(latency === undefined
      ? {}
      : {
          latency: {
            ...common,
            value: latency,
            unit: "seconds",
            ...halves(latency),
            quality: "histogram",
            overTarget: null,
          },
        }),
    ...(gpuMemory === undefined ? {} : { gpuMemory: { ...common, value: gpuMemory, unit: "ratio" } }),
  };
}

/** An HPA of KEDA's that asks for our metric and leaves the tolerance to us. */
export const FOLLOWING_HPA: HpaReading = {
  name: "keda-hpa-embedder",
  isKedas: true,
  asksForOurs: true,
  target: 1,
  toleranceOut: 0,
  toleranceIn: 0,
  hasBehavior: true,
};
