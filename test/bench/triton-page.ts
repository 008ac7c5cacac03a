// A metrics page as a Triton server with many models prints it, for benchmarks.

import { TRITON_METRICS } from "../../src/observe/triton-metrics.ts";

const REASONS = ["OTHER", "BACKEND", "CANCELED", "REJECTED"];
const QUANTILES = ["0.5", "0.9", "0.95", "0.99", "0.999"];
const BUCKETS = ["100", "500", "2000", "5000", "+Inf"];

/** Returns a page of `models` models; with 4 it has about 40 kB. `tick` moves the counters on. */
export function tritonPage({
  models,
  tick = 0,
}: {
  readonly models: number;
  readonly tick?: number;
}): string {
  const lines: string[] = [];
  for (const { name, kind, labels, meaning } of TRITON_METRICS) {
    lines.push(`# HELP ${name} ${meaning}`, `# TYPE ${name} ${kind}`);
    const count = labels.includes("model") ? models : 1;
    for (let model = 0; model < count; model++) {
      for (const pairs of labelSets(labels, model))
        lines.push(...samples({ name, kind, pairs, model, tick }));
    }
  }
  return `${lines.join("\n")}\n`;
}

function labelSets(labels: readonly string[], model: number): readonly string[] {
  if (labels.length === 0) return [""];
  const values: Record<string, string> = {
    model: `model_${model}`,
    version: "1",
    gpu_uuid: "GPU-8a8c9f0e-3b1d-4c55-9d0e-2f6a1c7b5e44",
  };
  const pairs = labels
    .filter((label) => label !== "reason")
    .map((label) => `${label}="${values[label] ?? "0"}"`);
  if (!labels.includes("reason")) return [pairs.join(",")];
  return REASONS.map((reason) => [...pairs, `reason="${reason}"`].join(","));
}

type Family = {
  readonly name: string;
  readonly kind: string;
  readonly pairs: string;
  readonly model: number;
  readonly tick: number;
};

function samples({ name, kind, pairs, model, tick }: Family): readonly string[] {
  const value = 1_234_567 + model * 1000 + tick * 37;
  const line = (suffix: string, extra: string, number: number | string): string => {
    const inside = [pairs, extra].filter((part) => part !== "").join(",");
    return `${name}${suffix}${inside === "" ? "" : `{${inside}}`} ${number}`;
  };
  if (kind === "summary") {
    const quantiles = QUANTILES.map((quantile) => line("", `quantile="${quantile}"`, value / 8));
    return [line("_count", "", value), line("_sum", "", value * 9), ...quantiles];
  }
  if (kind === "histogram") {
    const buckets = BUCKETS.map((edge, index) => line("_bucket", `le="${edge}"`, value + index));
    return [line("_count", "", value), line("_sum", "", value * 9), ...buckets];
  }
  return [line("", "", kind === "gauge" ? model % 3 : value)];
}
