// The requestRate signal: arrivals per second (rule 9 of the decision semantics).

import type { RequestRateReading } from "../domain/observation.ts";
import type { RateSignalPolicy } from "../domain/policy.ts";
import { modelArrivals } from "./arrivals.ts";
import { modelIncreases } from "./model-increases.ts";
import { weightedParts, weightedSum, withParts } from "./model-parts.ts";
import type { ObservedWorkload } from "./observed-workload.ts";
import { counterState, isData, stateOverModels } from "./signal-state.ts";
import { FAMILY } from "./triton-metrics.ts";

/** Returns the weighted arrivals per second over the signal's window; 0 where idle. */
export function readRequestRate(workload: ObservedWorkload, policy: RateSignalPolicy): RequestRateReading {
  const window = { at: workload.at, span: policy.window };
  const models = workload.policy.models.map((model) => {
    const subject = { model: model.name, family: FAMILY.success, window };
    const state = counterState(workload, subject, modelIncreases(workload, model.name, window));
    return { model, state, value: isData(state.state) ? modelArrivals(workload, model.name, window) : null };
  });
  const { state, freshPods, ageSeconds } = stateOverModels(
    models.map((model) => model.state),
    policy.required,
  );
  const value = isData(state) ? weightedSum(models) : null;
  const reading: RequestRateReading = {
    state,
    value,
    unit: "requests/s",
    ageSeconds,
    freshPods,
  };
  return withParts(reading, isData(state) ? weightedParts(models) : {});
}
