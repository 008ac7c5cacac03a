// The one table of Triton's metrics: what each means, where it is to be had, and which samples of it are used.

export type TritonMetricKind = "counter" | "gauge" | "histogram" | "summary";

export type TritonMetric = {
  readonly name: string;
  readonly kind: TritonMetricKind;
  readonly unit: string;
  /** Besides `le` of histograms and `quantile` of summaries. */
  readonly labels: readonly string[];
  /** The first Triton release that has it; `≤` = that one or an earlier one. */
  readonly since: string;
  /** The server flag it needs; null = always there. */
  readonly enabledBy: string | null;
  readonly meaning: string;
  /** Endings of the sample names that observations use, "" for the name itself; none = not used. */
  readonly used: readonly ("" | "_bucket" | "_count")[];
};

/** Names of the families that observations read. */
export const FAMILY = {
  success: "nv_inference_request_success",
  failure: "nv_inference_request_failure",
  inferences: "nv_inference_count",
  executions: "nv_inference_exec_count",
  pending: "nv_inference_pending_request_count",
  requestMicros: "nv_inference_request_duration_us",
  queueMicros: "nv_inference_queue_duration_us",
  computeInputMicros: "nv_inference_compute_input_duration_us",
  computeInferMicros: "nv_inference_compute_infer_duration_us",
  computeOutputMicros: "nv_inference_compute_output_duration_us",
  responseHistogram: "nv_inference_first_response_histogram_ms",
  requestSummary: "nv_inference_request_summary_us",
  queueSummary: "nv_inference_queue_summary_us",
  gpuMemoryTotal: "nv_gpu_memory_total_bytes",
  gpuMemoryUsed: "nv_gpu_memory_used_bytes",
} as const;

/** What an execution takes: input, inference and output, each added once per request in it. */
export const COMPUTE_FAMILIES = [
  FAMILY.computeInputMicros,
  FAMILY.computeInferMicros,
  FAMILY.computeOutputMicros,
];

const MODEL = ["model", "version", "gpu_uuid"];
const GPU = ["gpu_uuid"];
const COUNTERS = "--metrics-config counter_latencies=true (default)";
const SUMMARIES = "--metrics-config summary_latencies=true";
const HISTOGRAMS = "--metrics-config histogram_latencies=true";
const GPU_METRICS = "--allow-gpu-metrics=true (default)";
const CPU_METRICS = "--allow-cpu-metrics=true (default)";
const CACHE = "a response cache on server and model, and counter_latencies=true";
const CACHE_SUMMARIES = "a response cache on server and model, and summary_latencies=true";

type Columns = Pick<TritonMetric, "unit" | "labels" | "since" | "enabledBy" | "meaning"> &
  Partial<TritonMetric>;

function counter(name: string, columns: Columns): TritonMetric {
  return { name, kind: "counter", used: [], ...columns };
}

function gauge(name: string, columns: Columns): TritonMetric {
  return { name, kind: "gauge", used: [], ...columns };
}

/** A counter of microseconds of each model, used. */
function duration(name: string, since: string, meaning: string): TritonMetric {
  return counter(name, { unit: "µs", labels: MODEL, since, enabledBy: COUNTERS, meaning, used: [""] });
}

function summary(name: string, meaning: string, columns: Partial<TritonMetric> = {}): TritonMetric {
  const standard = { unit: "µs", labels: MODEL, since: "23.04", enabledBy: SUMMARIES };
  return { name, kind: "summary", used: [], meaning, ...standard, ...columns };
}

/** Every metric that current Triton releases export themselves (backends may add their own). */
export const TRITON_METRICS: readonly TritonMetric[] = [
  counter(FAMILY.success, {
    unit: "requests",
    labels: MODEL,
    since: "≤18.11",
    enabledBy: COUNTERS,
    meaning: "Requests that succeeded, cache hits and warm-up included; frozen with counter_latencies=false",
    used: [""],
  }),
  counter(FAMILY.failure, {
    unit: "requests",
    labels: [...MODEL, "reason"],
    since: "≤18.11 (reason: 24.07)",
    enabledBy: COUNTERS,
    meaning:
      "Requests that failed: REJECTED (queue timeout), CANCELED, BACKEND, OTHER; not queue-full refusals",
    used: [""],
  }),
  counter(FAMILY.inferences, {
    unit: "inferences",
    labels: MODEL,
    since: "≤18.11",
    enabledBy: COUNTERS,
    meaning: "Inferences performed: the batch sizes of the requests, without cache hits",
    used: [""],
  }),
  counter(FAMILY.executions, {
    unit: "executions",
    labels: MODEL,
    since: "≤18.11",
    enabledBy: COUNTERS,
    meaning: "Executions of the backend, without cache hits",
    used: [""],
  }),
  gauge(FAMILY.pending, {
    unit: "requests",
    labels: MODEL,
    since: "23.09",
    enabledBy: null,
    meaning:
      "Requests accepted and not yet executing; 0 for ensembles and for engines that take requests at once",
    used: [""],
  }),
  duration(FAMILY.requestMicros, "≤18.11", "Time from acceptance to the report, summed over successes"),
  duration(
    FAMILY.queueMicros,
    "≤18.11",
    "Time in the queue, deliberate batching delay included; successes only",
  ),
  duration(FAMILY.computeInputMicros, "20.06", "Input time of the whole batch, once for each request in it"),
  duration(
    FAMILY.computeInferMicros,
    "20.06",
    "Execution time of the whole batch, once for each request in it",
  ),
  duration(
    FAMILY.computeOutputMicros,
    "20.06",
    "Output time of the whole batch, once for each request in it",
  ),
  {
    name: FAMILY.responseHistogram,
    kind: "histogram",
    unit: "ms",
    labels: ["model", "version"],
    since: "26.01 (decoupled models: 24.11)",
    enabledBy: HISTOGRAMS,
    meaning:
      "Time to the first response, whole milliseconds, failures included; default edges 100, 500, 2000, 5000",
    used: ["_bucket", "_count"],
  },
  summary(FAMILY.requestSummary, "Request duration, quantiles over 60 s; not for cached models", {
    used: ["", "_count"],
  }),
  summary(FAMILY.queueSummary, "Queue duration, quantiles over 60 s", { used: ["_count"] }),
  summary("nv_inference_compute_input_summary_us", "Input time, quantiles over 60 s"),
  summary("nv_inference_compute_infer_summary_us", "Execution time, quantiles over 60 s"),
  summary("nv_inference_compute_output_summary_us", "Output time, quantiles over 60 s"),
  gauge("nv_model_load_duration_secs", {
    unit: "s",
    labels: MODEL,
    since: "24.11",
    enabledBy: null,
    meaning: "Duration of the last successful load; 0 for ensembles",
  }),
  counter("nv_cache_num_hits_per_model", {
    unit: "requests",
    labels: MODEL,
    since: "22.02",
    enabledBy: CACHE,
    meaning: "Requests answered from the response cache",
  }),
  counter("nv_cache_num_misses_per_model", {
    unit: "requests",
    labels: MODEL,
    since: "22.03",
    enabledBy: CACHE,
    meaning: "Requests that the response cache did not hold",
  }),
  counter("nv_cache_hit_duration_per_model", {
    unit: "µs",
    labels: MODEL,
    since: "22.02",
    enabledBy: CACHE,
    meaning: "Time of look-ups that hit",
  }),
  counter("nv_cache_miss_duration_per_model", {
    unit: "µs",
    labels: MODEL,
    since: "23.03",
    enabledBy: CACHE,
    meaning: "Time of look-ups and insertions after a miss; also in the request duration",
  }),
  summary("nv_cache_hit_summary_per_model", "Look-ups that hit, quantiles over 60 s", {
    enabledBy: CACHE_SUMMARIES,
  }),
  summary("nv_cache_miss_summary_per_model", "Misses, quantiles over 60 s", { enabledBy: CACHE_SUMMARIES }),
  gauge("nv_gpu_utilization", {
    unit: "ratio",
    labels: GPU,
    since: "≤18.11",
    enabledBy: GPU_METRICS,
    meaning: "Share of time with a kernel running; says nothing about how full the GPU is",
  }),
  gauge(FAMILY.gpuMemoryTotal, {
    unit: "bytes",
    labels: GPU,
    since: "18.12",
    enabledBy: GPU_METRICS,
    meaning: "Memory of the board; 0 = unknown",
    used: [""],
  }),
  gauge(FAMILY.gpuMemoryUsed, {
    unit: "bytes",
    labels: GPU,
    since: "18.12",
    enabledBy: GPU_METRICS,
    meaning: "Memory in use on the board, by all processes",
    used: [""],
  }),
  gauge("nv_gpu_power_usage", {
    unit: "W",
    labels: GPU,
    since: "≤18.11",
    enabledBy: GPU_METRICS,
    meaning: "Power drawn",
  }),
  gauge("nv_gpu_power_limit", {
    unit: "W",
    labels: GPU,
    since: "≤18.11",
    enabledBy: GPU_METRICS,
    meaning: "Power limit",
  }),
  counter("nv_energy_consumption", {
    unit: "J",
    labels: GPU,
    since: "≤18.11",
    enabledBy: GPU_METRICS,
    meaning: "Energy since the server started",
  }),
  gauge("nv_cpu_utilization", {
    unit: "ratio",
    labels: [],
    since: "22.09",
    enabledBy: CPU_METRICS,
    meaning: "Of the whole node, not of the container",
  }),
  gauge("nv_cpu_memory_total_bytes", {
    unit: "bytes",
    labels: [],
    since: "22.09",
    enabledBy: CPU_METRICS,
    meaning: "Of the whole node",
  }),
  gauge("nv_cpu_memory_used_bytes", {
    unit: "bytes",
    labels: [],
    since: "22.09",
    enabledBy: CPU_METRICS,
    meaning: "Of the whole node",
  }),
  gauge("nv_pinned_memory_pool_total_bytes", {
    unit: "bytes",
    labels: [],
    since: "24.01",
    enabledBy: null,
    meaning: "Size of the pinned memory pool",
  }),
  gauge("nv_pinned_memory_pool_used_bytes", {
    unit: "bytes",
    labels: [],
    since: "24.01",
    enabledBy: null,
    meaning: "Pinned memory in use",
  }),
];

const KEPT_NAMES: ReadonlySet<string> = new Set(
  TRITON_METRICS.flatMap(({ name, used }) => used.map((ending) => name + ending)),
);

/** Returns whether observations use the samples of this name (as in the text, with `_bucket` or `_count`). */
export function isKeptMetric(name: string): boolean {
  return KEPT_NAMES.has(name);
}
