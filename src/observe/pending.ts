// The pendingRequests signal: requests waiting (rules 11 and 11b of the decision semantics).

import type { PendingRequestsReading } from "../domain/observation.ts";
import type { BacklogSignalPolicy } from "../domain/policy.ts";
import { isFreshGauge, isFreshRate } from "./fresh.ts";
import { median } from "./median.ts";
import { modelIncreases } from "./model-increases.ts";
import { type ModelValue, weightedParts, weightedSum, withParts } from "./model-parts.ts";
import { type ObservedPod, type ObservedWorkload, tracksOf } from "./observed-workload.ts";
import { freshPending, type PodGauge } from "./pod-gauge.ts";
import {
  areCountersFrozen,
  countExpected,
  gaugeState,
  isData,
  isIdle,
  type ModelState,
  stateOverModels,
} from "./signal-state.ts";
import type { Track } from "./track.ts";
import { recentArrivals } from "./traffic.ts";
import { FAMILY } from "./triton-metrics.ts";
import type { Window } from "./window.ts";

/** Fewer pods cannot tell an unbalanced load. */
const PODS_TO_COMPARE = 3;
const MEDIANS_ALLOWED = 3;

/** Returns the weighted sum over fresh pods of the mean number of requests waiting; 0 where idle. */
export function readPending(workload: ObservedWorkload, policy: BacklogSignalPolicy): PendingRequestsReading {
  const window = { at: workload.at, span: policy.window };
  const models = workload.policy.models.map((model) => {
    const state = pendingState(workload, model.name, window);
    return { model, state, gauges: isData(state.state) ? freshPending(workload, model.name, window) : [] };
  });
  const { state, freshPods, ageSeconds } = stateOverModels(
    models.map((model) => model.state),
    policy.required,
  );
  const known = isData(state);
  const sum = (kind: "mean" | "oldest" | "newest"): readonly ModelValue[] =>
    models.map(({ model, state: own, gauges }) => ({
      model,
      value: known && isData(own.state) ? gauges.reduce((total, gauge) => total + gauge[kind], 0) : null,
    }));
  const reading: PendingRequestsReading = {
    state,
    value: weightedSum(sum("mean")),
    arrivalsPerSecond: known ? recentArrivals(workload) : null,
    unit: "requests",
    ageSeconds,
    freshPods,
    oldest: weightedSum(sum("oldest")),
    newest: weightedSum(sum("newest")),
    capped: known ? cappedSum(workload, models, policy.targetPerReplica) : null,
  };
  return withParts(reading, known ? weightedParts(sum("mean")) : {});
}

function pendingState(workload: ObservedWorkload, model: string, window: Window): ModelState {
  const tracks = (pod: ObservedPod): readonly Track[] => tracksOf(pod, FAMILY.pending, model);
  return gaugeState(workload, tracks, {
    isFresh: (pod) => isFreshGauge(workload, pod, tracks(pod)),
    isQuiet: (freshPods) => isQuiet(workload, { model, window, freshPods }),
  });
}

/** An idle backlog also needs counters that cover the window and stood still. */
function isQuiet(
  workload: ObservedWorkload,
  {
    model,
    window,
    freshPods,
  }: { readonly model: string; readonly window: Window; readonly freshPods: number },
): boolean {
  const increases = modelIncreases(workload, model, window);
  if (areCountersFrozen(increases)) return false;
  const counted = countExpected(workload, (pod) =>
    isFreshRate(workload, pod, { tracks: tracksOf(pod, FAMILY.success, model), window }),
  );
  return isIdle(workload, { model, window, freshPods: Math.min(freshPods, counted) }, increases);
}

type ModelGauges = { readonly model: { readonly weight: number }; readonly gauges: readonly PodGauge[] };

/** Returns Σ min(pᵢ, target + 3 × median p), pᵢ = a pod's weighted sum over models; null below 3 pods. */
function cappedSum(
  { pods }: ObservedWorkload,
  models: readonly ModelGauges[],
  target: number,
): number | null {
  const levels = levelsByPod(pods, models);
  if (levels.length < PODS_TO_COMPARE) return null;
  const ceiling = target + MEDIANS_ALLOWED * median(levels);
  return levels.reduce((total, level) => total + Math.min(level, ceiling), 0);
}

/** By pod name, so that rounding does not depend on which model a pod was first seen with. */
function levelsByPod(pods: readonly ObservedPod[], models: readonly ModelGauges[]): readonly number[] {
  const byPod = new Map<ObservedPod, number>();
  for (const { model, gauges } of models) {
    for (const { pod, mean } of gauges) byPod.set(pod, (byPod.get(pod) ?? 0) + mean * model.weight);
  }
  return pods.flatMap((pod) => byPod.get(pod) ?? []);
}
