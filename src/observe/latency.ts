// The latency signal: the objective's percentile by the best source there is (rule 13 of the decision semantics).

import type { LatencyQuality, LatencyReading, OverTarget } from "../domain/observation.ts";
import type { QualitySignalPolicy } from "../domain/policy.ts";
import { responseHistogram, shareAbove } from "./histogram-quantile.ts";
import { LATENCY_SOURCES, type LatencyMeasure, type LatencyQuestion } from "./latency-sources.ts";
import { modelIncreases } from "./model-increases.ts";
import { largest, withParts } from "./model-parts.ts";
import type { ObservedWorkload } from "./observed-workload.ts";
import { combinedQuality, type QualityValues, qualityOfModel, qualityWindow } from "./quality-reading.ts";
import { FAMILY } from "./triton-metrics.ts";
import { halves, type Window } from "./window.ts";

type LatencyValues = QualityValues & {
  readonly quality: LatencyQuality | null;
  readonly overTarget: OverTarget | null;
};

/** Returns the percentile over the window, the largest of the models, and how it was found. */
export function readLatency(workload: ObservedWorkload, policy: QualitySignalPolicy): LatencyReading {
  const window = qualityWindow(workload, policy);
  const combined = combinedQuality(
    workload.policy.models.map((model) =>
      qualityOfModel(workload, { model, family: FAMILY.success, window }, (increases) =>
        latencyValues(workload, { model: model.name, window, increases, target: policy.target }),
      ),
    ),
  );
  const { state, values, requests, ageSeconds, freshPods, noCompletions, decisive, models } = combined;
  const reading: LatencyReading = {
    state,
    value: values.value,
    valueFirstHalf: values.valueFirstHalf,
    valueSecondHalf: values.valueSecondHalf,
    unit: "seconds",
    requests,
    quality: decisive?.quality ?? null,
    ageSeconds,
    freshPods,
    valueWithoutWorst: values.valueWithoutWorst,
    noCompletions,
    overTarget: largestShares(combined.counting),
  };
  return withParts(reading, models);
}

function latencyValues(workload: ObservedWorkload, question: LatencyQuestion): LatencyValues {
  const whole = measure(workload, question, null);
  const [first, second] = halves(question.window).map((half) => {
    const increases = modelIncreases(workload, question.model, half);
    const ofHalf = { model: question.model, window: half, increases, target: question.target };
    return measure(workload, ofHalf, whole?.quality ?? null);
  });
  return {
    value: whole?.value ?? null,
    valueFirstHalf: first?.value ?? null,
    valueSecondHalf: second?.value ?? null,
    valueWithoutWorst: whole?.withoutWorst ?? null,
    quality: whole?.quality ?? null,
    overTarget: overTarget(workload, question),
  };
}

/** A half takes the source that the whole window took, or the next one that knows anything. */
function measure(
  workload: ObservedWorkload,
  question: LatencyQuestion,
  from: LatencyQuality | null,
): LatencyMeasure | null {
  const start = from === null ? 0 : LATENCY_SOURCES.findIndex(({ quality }) => quality === from);
  for (const source of LATENCY_SOURCES.slice(start)) {
    const found = source.measure(workload, question, source.quality === from);
    if (found === null) continue;
    return { value: found.value, withoutWorst: found.withoutWorst, quality: source.quality };
  }
  return null;
}

function overTarget(workload: ObservedWorkload, question: LatencyQuestion): OverTarget | null {
  const share = (window: Window): number | null => {
    const histogram = responseHistogram(workload, question.model, window);
    return histogram === null ? null : shareAbove(histogram, question.target);
  };
  const ratio = share(question.window);
  if (ratio === null) return null;
  const [first, second] = halves(question.window);
  return { ratio, ratioFirstHalf: share(first), ratioSecondHalf: share(second) };
}

function largestShares(models: readonly LatencyValues[]): OverTarget | null {
  const shares = models.flatMap((model) => model.overTarget ?? []);
  if (shares.length === 0) return null;
  return {
    ratio: largest(shares.map(({ ratio }) => ratio)),
    ratioFirstHalf: largest(shares.map(({ ratioFirstHalf }) => ratioFirstHalf)),
    ratioSecondHalf: largest(shares.map(({ ratioSecondHalf }) => ratioSecondHalf)),
  };
}
