// The table of Triton's metrics, and what is kept of a page.

import { describe, expect, it } from "vitest";
import { FAMILY, isKeptMetric, TRITON_METRICS } from "../../../src/observe/triton-metrics.ts";

describe("the table of Triton's metrics", () => {
  it("names each metric once", () => {
    const names = TRITON_METRICS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("has every family that observations read", () => {
    const used = TRITON_METRICS.filter((metric) => metric.used.length > 0).map(({ name }) => name);
    expect(used.sort()).toEqual(Object.values(FAMILY).sort());
  });

  it.each([
    ["nv_inference_request_success", true],
    ["nv_inference_first_response_histogram_ms_bucket", true],
    ["nv_inference_first_response_histogram_ms_count", true],
    ["nv_inference_first_response_histogram_ms_sum", false],
    ["nv_inference_request_summary_us", true],
    ["nv_inference_request_summary_us_count", true],
    ["nv_inference_compute_infer_summary_us", false],
    ["nv_gpu_memory_used_bytes", true],
    ["nv_cpu_utilization", false],
    ["input_byte_size_counter", false],
  ])("keeps %s: %s", (name, kept) => {
    expect(isKeptMetric(name)).toBe(kept);
  });
});
