// The series that a simulated Triton server exports, and their values at a scrape.

import type { Series, SeriesLabels } from "../../domain/samples.ts";
import type { WorkloadScenario } from "../../domain/scenario.ts";
import { FAMILY } from "../../observe/triton-metrics.ts";
import { type LatencyQuantiles, SUMMARY_QUANTILES } from "../requests/recent-latencies.ts";
import type { ModelCounters } from "../triton/model-counters.ts";

/** A series without its samples. */
export type SeriesShape = Pick<Series, "family" | "labels">;

const NO_LABELS: SeriesLabels = {
  model: null,
  version: null,
  gpuUuid: null,
  reason: null,
  quantile: null,
  le: null,
};

const NOTHING_COUNTED: ModelCounters = {
  successes: 0,
  rejections: 0,
  inferences: 0,
  executions: 0,
  requestMicros: 0,
  queueMicros: 0,
  computeInputMicros: 0,
  computeInferMicros: 0,
  computeOutputMicros: 0,
  pending: 0,
};

/** In the order in which `scrapedValues` gives them. */
const MODEL_FAMILIES: readonly string[] = [
  FAMILY.success,
  FAMILY.failure,
  FAMILY.inferences,
  FAMILY.executions,
  FAMILY.requestMicros,
  FAMILY.queueMicros,
  FAMILY.computeInputMicros,
  FAMILY.computeInferMicros,
  FAMILY.computeOutputMicros,
  FAMILY.pending,
];
const GPU_UTILIZATION = "nv_gpu_utilization";

/** Returns the series of one pod's server: each model's, then each GPU's where the scenario gives its memory. */
export function exportedSeries(workload: WorkloadScenario, pod: string): readonly SeriesShape[] {
  const ofModels = workload.models.flatMap(({ name }) => {
    const labels: SeriesLabels = { ...NO_LABELS, model: name, version: "1" };
    return [...counterSeries(labels), ...(workload.latencySummaries ? summarySeries(labels) : [])];
  });
  if (workload.gpuMemory === null) return ofModels;
  const ofGpus = Array.from({ length: workload.gpusPerReplica }, (_, gpu) => {
    const labels: SeriesLabels = { ...NO_LABELS, gpuUuid: `GPU-${pod}-${gpu}` };
    const families = [FAMILY.gpuMemoryUsed, FAMILY.gpuMemoryTotal, GPU_UTILIZATION];
    return families.map((family) => ({ family, labels }));
  });
  return [...ofModels, ...ofGpus.flat()];
}

function counterSeries(labels: SeriesLabels): readonly SeriesShape[] {
  const rejected = { ...labels, reason: "REJECTED" };
  return MODEL_FAMILIES.map((family) => ({ family, labels: family === FAMILY.failure ? rejected : labels }));
}

function summarySeries(labels: SeriesLabels): readonly SeriesShape[] {
  const quantiles = SUMMARY_QUANTILES.map((quantile) => ({
    family: FAMILY.requestSummary,
    labels: { ...labels, quantile: String(quantile) },
  }));
  return [...quantiles, { family: `${FAMILY.requestSummary}_count`, labels }];
}

/** What a server shows at one scrape. */
export type ServerReading = {
  /** One a model; null = it has served nothing yet. */
  readonly counters: readonly ModelCounters[] | null;
  /** One a model; empty where the server publishes no latency summaries. */
  readonly quantiles: readonly LatencyQuantiles[];
  /** The share of the time since the scrape before in which it executed anything. */
  readonly busyRatio: number;
};

/** Returns the values of the exported series, in their order. */
export function scrapedValues(
  workload: WorkloadScenario,
  { counters, quantiles, busyRatio }: ServerReading,
): number[] {
  const values: number[] = [];
  for (let model = 0; model < workload.models.length; model += 1) {
    const counted = counters?.[model] ?? NOTHING_COUNTED;
    values.push(
      counted.successes,
      counted.rejections,
      counted.inferences,
      counted.executions,
      counted.requestMicros,
      counted.queueMicros,
      counted.computeInputMicros,
      counted.computeInferMicros,
      counted.computeOutputMicros,
      counted.pending,
    );
    if (!workload.latencySummaries) continue;
    for (const [index] of SUMMARY_QUANTILES.entries()) {
      values.push(quantiles[model]?.[index]?.[1] ?? Number.NaN);
    }
    values.push(counted.successes);
  }
  if (workload.gpuMemory === null) return values;
  const { usedBytes, totalBytes } = workload.gpuMemory;
  for (let gpu = 0; gpu < workload.gpusPerReplica; gpu += 1) values.push(usedBytes, totalBytes, busyRatio);
  return values;
}
