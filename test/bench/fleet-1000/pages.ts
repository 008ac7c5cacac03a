// What the exporters of a benchmark's fleet show: a Triton page for each pod, and kube-state-metrics.

import { nameOf, namespaceOf, PODS_EACH } from "./names.ts";

const BUCKETS = [50, 100, 250, 500, 1000, 2500];

/** Returns fifteen families as one Triton server with one model shows them, `seconds` after its counters began. */
export function podPage(policy: number, pod: number, seconds: number): string {
  const labels = `model="model-${policy}",version="1"`;
  const gpu = `gpu_uuid="GPU-${policy}-${pod}"`;
  const requests = Math.floor(seconds * (20 + (policy % 30))) + pod;
  const lines = [
    ...counters({ success: 1, failure: 0, count: 2, exec_count: 1 }, "nv_inference_request_", requests),
    ...counters(
      {
        request_duration_us: 90_000,
        queue_duration_us: 20_000,
        compute_input_duration_us: 1000,
        compute_infer_duration_us: 68_000,
        compute_output_duration_us: 1000,
      },
      "nv_inference_",
      requests,
    ),
    `# TYPE nv_inference_pending_request_count gauge`,
    `nv_inference_pending_request_count{L} ${policy % 5}`,
    ...histogram(requests),
    "# TYPE nv_gpu_utilization gauge",
    `nv_gpu_utilization{${gpu}} 0.6`,
    "# TYPE nv_gpu_power_usage gauge",
    `nv_gpu_power_usage{${gpu}} 212.5`,
    "# TYPE nv_gpu_memory_total_bytes gauge",
    `nv_gpu_memory_total_bytes{${gpu}} 25769803776`,
    "# TYPE nv_gpu_memory_used_bytes gauge",
    `nv_gpu_memory_used_bytes{${gpu}} 18253611008`,
  ];
  return `${lines.join("\n").replaceAll("{L", `{${labels}`)}\n`;
}

/** Returns the replica counts of all workloads, each at rest. */
export function replicasPage(policies: number): string {
  const lines: string[] = [];
  for (const name of ["kube_deployment_spec_replicas", "kube_deployment_status_replicas_ready"]) {
    lines.push(`# TYPE ${name} gauge`);
    for (let policy = 0; policy < policies; policy += 1) {
      const labels = `namespace="${namespaceOf(policy)}",deployment="${nameOf(policy)}"`;
      lines.push(`${name}{${labels}} ${PODS_EACH}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function counters(each: Readonly<Record<string, number>>, prefix: string, requests: number): string[] {
  return Object.entries(each).flatMap(([ending, factor]) => {
    // Two of Triton's counters have no "request" in their names.
    const name = `${ending.endsWith("count") ? "nv_inference_" : prefix}${ending}`;
    return [`# TYPE ${name} counter`, `${name}{L} ${requests * factor}`];
  });
}

function histogram(requests: number): string[] {
  const name = "nv_inference_first_response_histogram_ms";
  return [
    `# TYPE ${name} histogram`,
    ...BUCKETS.map((edge) => `${name}_bucket{L,le="${edge}"} ${Math.floor((requests * edge) / (edge + 80))}`),
    `${name}_bucket{L,le="+Inf"} ${requests}`,
    `${name}_sum{L} ${requests * 90}`,
    `${name}_count{L} ${requests}`,
  ];
}
