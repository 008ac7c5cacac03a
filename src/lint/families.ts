// Metric families of Triton and of the exporters beside it: which names exist, and what is not exported unless asked for.

/** Counters and gauges of Triton's core: none of them has `_sum`, `_count` or `_bucket`. */
const PLAIN = new Set([
  "nv_inference_request_success",
  "nv_inference_request_failure",
  "nv_inference_count",
  "nv_inference_exec_count",
  "nv_inference_pending_request_count",
  "nv_inference_request_duration_us",
  "nv_inference_queue_duration_us",
  "nv_inference_compute_input_duration_us",
  "nv_inference_compute_infer_duration_us",
  "nv_inference_compute_output_duration_us",
  "nv_gpu_utilization",
  "nv_gpu_memory_used_bytes",
  "nv_gpu_memory_total_bytes",
  "nv_model_load_duration_secs",
]);

const SUMMARY =
  /^nv_(inference_(request|queue|compute_(input|infer|output))|cache_(hit|miss))_summary_(us|per_model)/;
const HISTOGRAM = /^nv_inference_first_response_histogram_ms/;
const MADE_UP = /^(nv_.+?)_(sum|count|bucket)$/;

export const PENDING = "nv_inference_pending_request_count";
export const GPU_UTILIZATION = "nv_gpu_utilization";

/** Returns whether a metric is one that Triton itself exports. */
export function isTritonMetric(name: string | null): boolean {
  return name?.startsWith("nv_") ?? false;
}

/** Returns whether a metric comes from Triton or from what runs beside it on a GPU: one series a pod at least. */
export function isServerMetric(name: string | null): boolean {
  return /^(nv_|vllm:|DCGM_FI_)/.test(name ?? "");
}

/** Returns whether a metric is one of NVIDIA's exporter of GPU metrics. */
export function isDcgmMetric(name: string | null): boolean {
  return name?.startsWith("DCGM_FI_") ?? false;
}

/** Returns the family and the suffix of a name that would exist if that family were a histogram or a summary. */
export function madeUpSuffix(
  name: string | null,
): { readonly family: string; readonly suffix: "sum" | "count" | "bucket" } | null {
  const [, family = "", suffix] = MADE_UP.exec(name ?? "") ?? [];
  if (PLAIN.has(name ?? "") || !PLAIN.has(family)) return null;
  return suffix === "sum" || suffix === "count" || suffix === "bucket" ? { family, suffix } : null;
}

/** Returns the option of `--metrics-config` without which Triton does not export a metric; null where it needs none. */
export function neededOption(name: string | null): "summary_latencies" | "histogram_latencies" | null {
  if (SUMMARY.test(name ?? "")) return "summary_latencies";
  return HISTOGRAM.test(name ?? "") ? "histogram_latencies" : null;
}

/** Returns whether a metric is a quantile of a summary, and not its sum or count. */
export function isSummaryQuantile(name: string | null): boolean {
  return SUMMARY.test(name ?? "") && !/_(sum|count)$/.test(name ?? "");
}

/** Returns whether a metric says how much memory of a GPU is used. */
export function isGpuMemory(name: string | null): boolean {
  return /^(nv_gpu_memory_(used|total)_bytes|DCGM_FI_DEV_FB_(USED|FREE)|DCGM_FI_DEV_MEM_COPY_UTIL)$/.test(
    name ?? "",
  );
}
