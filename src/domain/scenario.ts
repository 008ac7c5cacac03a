// A simulation scenario, complete and validated: defaults filled in, spans as seconds, paths as written.

import type { Instant } from "./units.ts";

/** A span drawn anew each time: always the same, log-normal by two percentiles, or one of the samples. */
export type SpanDistribution =
  | { readonly kind: "constant"; readonly seconds: number }
  | { readonly kind: "logNormal"; readonly p50Seconds: number; readonly p95Seconds: number }
  | { readonly kind: "samples"; readonly seconds: readonly number[] };

export type ArrivalGenerator =
  | { readonly kind: "constant" }
  | { readonly kind: "poisson" }
  | { readonly kind: "gamma"; readonly cv: number }
  | { readonly kind: "weibull"; readonly cv: number }
  | {
      readonly kind: "onoff";
      readonly onRate: number;
      readonly onMeanSeconds: number;
      readonly offMeanSeconds: number;
    };

/** A rate in requests/s, going linearly from one value to the other. */
export type RatePhase = { readonly forSeconds: number; readonly fromRate: number; readonly toRate: number };

export type TraceFormat =
  | "recording"
  | "azure-llm"
  | "mooncake"
  | "servegen"
  | "counts-per-second"
  | "counts-per-minute"
  | "tidemark";

export type GeneratedTraffic = {
  readonly kind: "generated";
  readonly generator: ArrivalGenerator;
  /** Without phases an on/off stream lasts as long as the scenario. */
  readonly phases: readonly RatePhase[];
};

export type TracedTraffic = {
  readonly kind: "traced";
  /** Relative to the scenario's file. */
  readonly path: string;
  readonly format: TraceFormat;
  readonly fromSeconds: number;
  /** Null = to the trace's end. */
  readonly forSeconds: number | null;
  /** How many times the trace's rate, by drawing; timestamps are never stretched. */
  readonly multiply: number;
  /** The share of arrivals that is kept. */
  readonly thin: number;
};

/** One stream of requests; the streams of a model are superposed. */
export type TrafficStream = GeneratedTraffic | TracedTraffic;

/** Triton's scheduler of one model; names as in config.pbtxt. 0 = none. */
export type Batching = {
  /** 0 = the default scheduler: one request an execution. */
  readonly maxBatchSize: number;
  readonly instances: number;
  readonly maxQueueDelaySeconds: number;
  readonly preferredBatchSizes: readonly number[];
  readonly maxQueueSize: number;
  readonly queueTimeoutSeconds: number;
  readonly timeoutAction: "reject" | "delay";
};

/** What serves a model: Triton's batcher, or an engine that takes requests at once up to a number (LLM back ends). */
export type Scheduler =
  | { readonly kind: "batcher"; readonly batching: Batching }
  | { readonly kind: "engine"; readonly maxConcurrency: number };

/** Execution time by batch size: linear between the points, beyond the last as between the last two. */
export type ServiceTime = {
  readonly points: readonly { readonly batch: number; readonly seconds: number }[];
  /** Coefficient of variation of one execution (log-normal, mean 1). */
  readonly spread: number;
  /** Times as long for each further active execution on that GPU: 1 + (gpuContention − 1) × others. 1 = none. */
  readonly gpuContention: number;
  /** Network and front end, added to each latency; not seen by Triton. */
  readonly overheadSeconds: number;
};

export type ModelScenario = {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly service: ServiceTime;
  readonly traffic: readonly TrafficStream[];
  /** Batch dimension of a request and its share; the shares sum to 1. */
  readonly requestBatch: readonly { readonly batch: number; readonly share: number }[];
};

export type BalancerKind = "roundRobin" | "leastOutstanding" | "powerOfTwo" | "random";

export type Balancer = {
  readonly kind: BalancerKind;
  /** Clients' connections: each stays with its server until it breaks, so new servers get nothing before. Null = none pinned. */
  readonly pinned: { readonly connections: number; readonly lifetime: SpanDistribution } | null;
};

export type WorkloadScenario = {
  readonly namespace: string;
  readonly name: string;
  readonly kind: "Deployment" | "StatefulSet";
  readonly initialReplicas: number;
  readonly gpusPerReplica: number;
  /** Of each ready replica; constant. Null = no GPU metrics. */
  readonly gpuMemory: { readonly totalBytes: number; readonly usedBytes: number } | null;
  /** Whether the servers publish latency quantiles, as Triton does when told to. */
  readonly latencySummaries: boolean;
  /** Of the cluster's pools; null = the first one. */
  readonly pool: string | null;
  readonly startup: {
    readonly scheduling: SpanDistribution;
    readonly imagePull: SpanDistribution;
    readonly modelLoad: SpanDistribution;
    readonly readinessProbePeriodSeconds: number;
  };
  readonly shutdown: { readonly preStopSeconds: number; readonly exitTimeoutSeconds: number };
  readonly balancer: Balancer;
  readonly models: readonly ModelScenario[];
};

export type NodePool = {
  readonly name: string;
  readonly gpusPerNode: number;
  readonly initialNodes: number;
  readonly maxNodes: number;
  readonly provisioning: SpanDistribution;
  /** An empty node leaves after this long; null = nodes stay. */
  readonly idleTimeoutSeconds: number | null;
};

export type ClusterScenario = {
  /** Empty = there is always room. */
  readonly pools: readonly NodePool[];
  /** So many model loads at once go at full speed; more of them share that speed. Null = loads never slow each other. */
  readonly fullSpeedLoads: number | null;
};

export type ScrapeSettings = {
  readonly kind: "prometheus" | "scrape";
  readonly scrapeIntervalSeconds: number;
  /** Null = each pod's own, drawn. */
  readonly scrapePhaseSeconds: number | null;
  readonly scrapeLossRatio: number;
  readonly lagSeconds: number;
};

/** `null` tolerance = the field is absent, the controller's 0.1 holds. */
export type HpaScalingRules = {
  readonly tolerance: number | null;
  readonly stabilizationWindowSeconds: number | null;
  readonly selectPolicy: "Max" | "Min" | "Disabled" | null;
  readonly policies:
    | readonly { readonly type: "Pods" | "Percent"; readonly value: number; readonly periodSeconds: number }[]
    | null;
};

export type HpaBehavior = { readonly scaleUp: HpaScalingRules; readonly scaleDown: HpaScalingRules };

export type ControlPlaneScenario = {
  readonly source: ScrapeSettings;
  readonly tickIntervalSeconds: number;
  readonly actuation: "keda" | "autoscale" | "immediate";
  readonly keda: {
    readonly pollingIntervalSeconds: number;
    readonly cooldownPeriodSeconds: number;
    /** Null = no fallback. */
    readonly fallback: { readonly failureThreshold: number; readonly replicas: number } | null;
  };
  readonly hpa: {
    /** `1.32`, `1.35`, `1.36` or `1.37`. */
    readonly version: string;
    readonly syncPeriodSeconds: number;
    readonly syncJitterSeconds: number;
    /** Null = absent: the controller's older path. */
    readonly behavior: HpaBehavior | null;
  };
};

/** A rule that is not ours, in the same plant; parameters by name, as written. */
export type BaselineCandidate = {
  readonly kind: "baseline";
  readonly name: string;
  readonly baseline: string;
  readonly parameters: Readonly<Record<string, number>>;
};

export type PolicyCandidate = {
  readonly kind: "policies";
  readonly name: string;
  /** Relative to the scenario's file. */
  readonly policies: readonly string[];
};

export type Candidate = PolicyCandidate | BaselineCandidate;

export type FaultKind =
  | { readonly kind: "metrics-outage" }
  | { readonly kind: "scrape-loss"; readonly ratio: number }
  | { readonly kind: "replica-crash"; readonly count: number }
  | { readonly kind: "no-capacity"; readonly pool: string | null }
  | { readonly kind: "slow-start"; readonly factor: number }
  | { readonly kind: "slow-model"; readonly factor: number; readonly model: string | null }
  | { readonly kind: "scaler-restart" };

/** A fault from `atSeconds` on, for so long; crashes and restarts happen once, at its start. */
export type Fault = FaultKind & { readonly atSeconds: number; readonly forSeconds: number };

/** What every run of a candidate must show; null = not asked. */
export type Expectation = {
  readonly candidate: string;
  readonly attainmentRatioMin: number | null;
  readonly gpuHoursMax: number | null;
  readonly reversalsMax: number | null;
  readonly latencyP99MsMax: number | null;
  readonly replicasMax: number | null;
};

export type Scenario = {
  readonly name: string;
  /** The instant of t = 0. */
  readonly start: Instant;
  readonly durationSeconds: number;
  /** Simulated, not counted. */
  readonly warmupSeconds: number;
  readonly seeds: readonly number[];
  readonly workloads: readonly WorkloadScenario[];
  readonly cluster: ClusterScenario;
  readonly controlPlane: ControlPlaneScenario;
  /** The first is ours. */
  readonly candidates: readonly Candidate[];
  readonly faults: readonly Fault[];
  readonly expect: readonly Expectation[];
};
