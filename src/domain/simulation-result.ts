// What a simulation found: one row per candidate, workload, model and seed, in the form that is printed.

/** Null where no request counts. */
export type LatencySummaryMs = {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
};

export type QueueSummaryMs = Omit<LatencySummaryMs, "p90">;

export type RequestCounts = {
  readonly arrived: number;
  readonly succeeded: number;
  readonly rejected: number;
  readonly timedOut: number;
  readonly failed: number;
  readonly unfinished: number;
};

/** Scheduled → terminated × GPUs; `idle` = ready with nothing executing. The parts sum to `total`. */
export type GpuHours = {
  readonly total: number;
  readonly serving: number;
  readonly starting: number;
  readonly draining: number;
  readonly idle: number;
};

export type ScalingSummary = {
  readonly scaleOuts: number;
  readonly scaleIns: number;
  readonly reversals: number;
  readonly firstScaleOutSeconds: number | null;
  readonly recoverySeconds: number;
};

/** The latency percentile is that of the objective; keys in the order in which they are printed. */
export type SimulationRun = {
  readonly candidate: string;
  readonly workload: string;
  readonly model: string;
  readonly seed: number;
  readonly durationSeconds: number;
  readonly requests: RequestCounts;
  readonly batches: { readonly executions: number; readonly meanBatch: number | null };
  readonly latencyMs: LatencySummaryMs;
  readonly queueMs: QueueSummaryMs;
  /** Null where no request arrived. */
  readonly attainmentRatio: number | null;
  readonly gpuHours: GpuHours;
  readonly replicas: {
    readonly min: number;
    readonly max: number;
    readonly mean: number;
    readonly final: number;
  };
  readonly scaling: ScalingSummary;
  readonly invariantBreaches: readonly string[];
};

export type ExpectationResult = {
  readonly candidate: string;
  readonly ok: boolean;
  readonly missed: readonly string[];
};

export type SimulationResult = {
  readonly kind: "SimulationResult";
  readonly v: 1;
  readonly version: string;
  readonly scenario: string;
  readonly scenarioHash: string;
  readonly runs: readonly SimulationRun[];
  readonly expect: readonly ExpectationResult[];
  readonly ok: boolean;
};

/** One tick of one workload; the columns of the timeline file. */
export type TimelineRow = {
  readonly timeSeconds: number;
  readonly candidate: string;
  readonly workload: string;
  readonly arrivalRate: number;
  readonly pending: number;
  readonly desired: number;
  readonly ready: number;
  readonly starting: number;
  readonly draining: number;
  readonly recommendedRaw: number | null;
  readonly published: number | null;
  readonly latencyP99Ms: number | null;
  readonly reason: string;
};

export type RequestStatus = "succeeded" | "rejected" | "timedOut" | "failed" | "unfinished";
