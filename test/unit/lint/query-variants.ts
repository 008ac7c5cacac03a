// Other forms of mistakes in queries and triggers, and close ones that are none.

import type { Texts } from "./linted.ts";
import { config, rule, type Variant } from "./variant.ts";

/** A ScaledObject of one trigger; its query stands in line 8 from column 16. */
const scaled = (query: string, extra = ""): Texts => ({
  "so.yaml": `apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: a }
spec:
  triggers:
    - type: prometheus
      metadata:
        query: ${query}
        ignoreNullValues: "false"
  scaleTargetRef: { name: triton-a }
  fallback: { failureThreshold: 3, replicas: 1 }
${extra}`,
});

/** Forms of queries and triggers. */
export const QUERY_VARIANTS: readonly Variant[] = [
  {
    code: "TM020",
    name: "a trigger's threshold",
    texts: {
      "so.yaml": (scaled("max(nv_gpu_utilization)")["so.yaml"] ?? "").replace(
        "ignoreNullValues",
        'threshold: "80"\n        ignoreNullValues',
      ),
    },
    places: ["so.yaml:9:20 TM020"],
  },
  { code: "TM020", name: "times 100", texts: rule("avg(nv_gpu_utilization) * 100 > 80"), places: [] },
  { code: "TM020", name: "DCGM's percentage", texts: rule("avg(DCGM_FI_DEV_GPU_UTIL) > 80"), places: [] },
  {
    code: "TM020",
    name: "a panel in percent",
    texts: {
      "d.json": `{ "panels": [ { "type": "row", "panels": [
  { "fieldConfig": { "defaults": { "unit": "percent" } }, "targets": [ { "expr": "avg(nv_gpu_utilization)" } ] },
  { "fieldConfig": { "defaults": { "unit": "percent" } }, "targets": [ { "expr": "avg(nv_gpu_utilization) * 100" } ] },
  { "fieldConfig": { "defaults": { "unit": "percentunit" } }, "targets": [ { "expr": "avg(nv_gpu_utilization)" } ] }
] } ] }
`,
    },
    places: ["d.json:2:87 TM020"],
  },
  {
    code: "TM021",
    name: "groups, joins and a dashboard's variable",
    texts: {
      ...rule("sum by (model_name) (nv_inference_count) / on (model_name) sum(up)"),
      "d.json":
        '{ "panels": [], "templating": { "list": [ { "query": "label_values(nv_inference_count, model_name)" } ] } }\n',
    },
    places: ["d.json:1:88 TM021", "rules.yaml:4:19 TM021", "rules.yaml:4:58 TM021"],
  },
  {
    code: "TM021",
    name: "vLLM's own label, and one that the query writes",
    texts: rule(
      'sum by (model_name) (vllm:num_requests_waiting{model_name="a"}) + sum by (model_name) (label_replace(nv_inference_count, "model_name", "$1", "model", "(.*)"))',
    ),
    places: [],
  },
  {
    code: "TM021",
    name: "a label that the monitor writes",
    texts: {
      ...rule('sum(nv_inference_count{model_name="a"})'),
      "m.yaml": `apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
spec: { podMetricsEndpoints: [ { metricRelabelings: [ { sourceLabels: [model], targetLabel: model_name } ] } ] }
`,
    },
    places: [],
  },
  {
    code: "TM022",
    name: "names in braces",
    texts: rule('sum({__name__="nv_inference_request_duration_us_count"})'),
    places: ["rules.yaml:4:15 TM022"],
  },
  {
    code: "TM022",
    name: "counters that end so",
    texts: rule("nv_inference_count + nv_inference_exec_count"),
    places: [],
  },
  {
    code: "TM022",
    name: "a summary",
    texts: rule("rate(nv_inference_queue_summary_us_sum[5m])"),
    places: [],
  },
  {
    code: "TM022",
    name: "a summary that the server does not export",
    texts: {
      ...rule("rate(nv_inference_queue_summary_us_sum[5m])"),
      "d.yaml": "apiVersion: v1\nkind: Pod\nspec: { containers: [ { args: [tritonserver] } ] }\n",
    },
    places: ["rules.yaml:4:16 TM022"],
  },
  {
    code: "TM023",
    name: "averaged quantiles, but not the largest",
    texts: rule(
      'avg(nv_inference_request_summary_us{quantile="0.99"}) > max(nv_inference_request_summary_us)',
    ),
    places: ["rules.yaml:4:11 TM023"],
  },
  {
    code: "TM023",
    name: "a histogram that the server exports",
    texts: {
      ...rule(
        "histogram_quantile(0.9, sum by (le) (rate(nv_inference_first_response_histogram_ms_bucket[5m])))",
      ),
      "d.yaml":
        "apiVersion: v1\nkind: Pod\nspec: { containers: [ { args: [tritonserver, --metrics-config, histogram_latencies=true] } ] }\n",
    },
    places: [],
  },
  {
    code: "TM024",
    name: "grouped by a label that is not pinned",
    texts: scaled("sum by (model) (nv_inference_count)"),
    places: ["so.yaml:8:16 TM024"],
  },
  {
    code: "TM024",
    name: "grouped by a label that is pinned",
    texts: scaled('sum by (model) (nv_inference_count{model="a"})'),
    places: [],
  },
  { code: "TM024", name: "the largest of several", texts: scaled("topk(1, nv_inference_count)"), places: [] },
  {
    code: "TM024",
    name: "one side that is one",
    texts: scaled("sum(nv_inference_count) / on () sum(up) or vector(0)"),
    places: [],
  },
  { code: "TM024", name: "a recorded series", texts: scaled("job:requests:rate5m"), places: [] },
  {
    code: "TM024",
    name: "a quantile of buckets by model",
    texts: scaled(
      "histogram_quantile(0.9, sum by (le, model) (rate(nv_inference_first_response_histogram_ms_bucket[5m])))",
    ),
    places: ["so.yaml:8:16 TM024"],
  },
  {
    code: "TM025",
    name: "requests in flight",
    texts: scaled("sum(rate(nv_inference_request_duration_us[2m])) / 1e6"),
    places: [],
  },
  {
    code: "TM025",
    name: "a quantile",
    texts: scaled("histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))"),
    places: ["so.yaml:6:7 TM025"],
  },
  {
    code: "TM026",
    name: "a trigger of another type",
    texts: {
      "so.yaml": (scaled("x")["so.yaml"] ?? "")
        .replace("prometheus", "aws-cloudwatch")
        .replace("query: x", "metricName: x"),
    },
    places: [],
  },
  {
    code: "TM028",
    name: "a minimum of none",
    texts: scaled("sum(x)", "  minReplicaCount: 0\n  cooldownPeriod: 300\n"),
    places: [],
  },
  {
    code: "TM028",
    name: "an idle count",
    texts: scaled("sum(x)", "  minReplicaCount: 2\n  idleReplicaCount: 0\n  cooldownPeriod: 300\n"),
    places: [],
  },
  {
    code: "TM028",
    name: "a minimum of one",
    texts: scaled("sum(x)", "  minReplicaCount: 1\n  cooldownPeriod: 300\n"),
    places: ["so.yaml:13:19 TM028"],
  },
  {
    code: "TM029",
    name: "inside a ScaledObject",
    texts: scaled(
      "sum(x)",
      "  advanced:\n    horizontalPodAutoscalerConfig:\n      behavior:\n        scaleUp: { stabilizationWindowSeconds: 30 }\n",
    ),
    places: ["so.yaml:15:48 TM029"],
  },
  {
    code: "TM030",
    name: "an ensemble, as its configuration says",
    texts: {
      ...config('name: "pipe"\nplatform: "ensemble"\n'),
      ...rule('sum(nv_inference_pending_request_count{model="pipe"}) > 1'),
    },
    places: ["rules.yaml:4:15 TM030"],
  },
  {
    code: "TM030",
    name: "a model of another back end",
    texts: rule('sum(nv_inference_pending_request_count{model="bert"}) > 1'),
    places: [],
  },
  {
    code: "TM038",
    name: "groups and the old name of a host",
    texts: rule("avg by (pod, Hostname) (DCGM_FI_DEV_GPU_UTIL)"),
    places: ["rules.yaml:4:19 TM038", "rules.yaml:4:24 TM038"],
  },
  {
    code: "TM038",
    name: "labels that the exporter's monitor honours",
    texts: {
      ...rule('avg(DCGM_FI_DEV_GPU_UTIL{pod=~"triton.*"})'),
      "m.yaml":
        "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: { name: dcgm-exporter }\nspec: { endpoints: [ { honorLabels: true } ] }\n",
    },
    places: [],
  },
  { code: "TM041", name: "an alert", texts: rule("max(nv_gpu_memory_used_bytes) > 8e10"), places: [] },
  {
    code: "TM041",
    name: "DCGM's",
    texts: scaled("max(DCGM_FI_DEV_FB_USED)"),
    places: ["so.yaml:8:20 TM041"],
  },
  {
    code: "TM042",
    name: "a guard against zero",
    texts: rule("rate(nv_inference_queue_duration_us[5m]) / clamp_min(rate(nv_inference_count[5m]), 1e-9)"),
    places: [],
  },
  {
    code: "TM042",
    name: "clamped in the dividend",
    texts: rule("clamp_min(rate(nv_inference_count[5m]), 1) / 3"),
    places: [],
  },
];
