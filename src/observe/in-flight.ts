// The inFlight signal: requests waiting or executing, by Little's law (rule 10 of the decision semantics).

import type { InFlightReading } from "../domain/observation.ts";
import type { LoadSignalPolicy } from "../domain/policy.ts";
import { modelIncreases } from "./model-increases.ts";
import { weightedParts, weightedSum, withParts } from "./model-parts.ts";
import type { ModelIncreases, ObservedWorkload } from "./observed-workload.ts";
import { freshPending } from "./pod-gauge.ts";
import { counterState, isData, stateOverModels } from "./signal-state.ts";
import { FAMILY } from "./triton-metrics.ts";

const MICROS_PER_SECOND = 1e6;

/** Returns the weighted mean number of requests in flight, never below the mean number waiting; 0 where idle. */
export function readInFlight(workload: ObservedWorkload, policy: LoadSignalPolicy): InFlightReading {
  const window = { at: workload.at, span: policy.window };
  const models = workload.policy.models.map((model) => {
    const increases = modelIncreases(workload, model.name, window);
    const state = counterState(
      workload,
      { model: model.name, family: FAMILY.requestMicros, window },
      increases,
    );
    const pending = isData(state.state) ? freshPending(workload, model.name, window) : [];
    const waiting = pending.reduce((total, { mean }) => total + mean, 0);
    const value = isData(state.state) ? Math.max(meanInFlight([increases]) ?? 0, waiting) : null;
    return { model, state, value, pending };
  });
  const { state, freshPods, ageSeconds } = stateOverModels(
    models.map((model) => model.state),
    policy.required,
  );
  const value = isData(state) ? weightedSum(models) : null;
  const level = (kind: "oldest" | "newest"): number | null =>
    value === null
      ? null
      : weightedSum(models.map(({ model, pending }) => ({ model, value: sumOver(pending, kind) })));
  const [oldest, newest] = [level("oldest"), level("newest")];
  const reading: InFlightReading = { state, value, unit: "requests", ageSeconds, freshPods, oldest, newest };
  return withParts(reading, isData(state) ? weightedParts(models) : {});
}

/** Returns the mean number of requests in flight over models and pods by what was completed; null = unknown. */
export function meanInFlight(models: readonly ModelIncreases[]): number | null {
  let total: number | null = null;
  for (const increases of models) {
    const requestMicros = increases.of("requestMicros");
    for (let place = 0; place < requestMicros.length; place++) {
      const seconds = increases.seconds[place] ?? null;
      if (seconds === null) continue;
      total = (total ?? 0) + (requestMicros[place] ?? 0) / MICROS_PER_SECOND / seconds;
    }
  }
  return total;
}

function sumOver<Kind extends string>(
  items: readonly Readonly<Record<Kind, number>>[],
  kind: Kind,
): number | null {
  return items.length === 0 ? null : items.reduce((total, item) => total + item[kind], 0);
}
