// What the two quality signals, queueDuration and latency, have in common.

import type { HalvesReading, ModelParts, SignalState } from "../domain/observation.ts";
import type { ModelPolicy, QualitySignalPolicy } from "../domain/policy.ts";
import { modelIncreases, sumOf } from "./model-increases.ts";
import { largest, parts } from "./model-parts.ts";
import type { ModelIncreases, ObservedWorkload } from "./observed-workload.ts";
import { freshPending } from "./pod-gauge.ts";
import { counterState, isData, type ModelState, stateOverModels } from "./signal-state.ts";
import type { Window } from "./window.ts";

/** Below it a model's value is not acted on (rule 16); it must then not hide another model's. */
const ENOUGH_COMPLETIONS = 20;

export type QualityValues = Pick<
  HalvesReading,
  "valueFirstHalf" | "valueSecondHalf" | "valueWithoutWorst"
> & { readonly value: number | null };

/** One model's part; `values` is null where nothing was or could be measured. */
export type QualityOfModel<Values extends QualityValues> = {
  readonly model: ModelPolicy;
  readonly state: ModelState;
  readonly requests: number;
  readonly noCompletions: boolean;
  readonly values: Values | null;
};

/** Returns a model's state and its values, measured by `measure` if there is anything to measure. */
export function qualityOfModel<Values extends QualityValues>(
  workload: ObservedWorkload,
  subject: { readonly model: ModelPolicy; readonly family: string; readonly window: Window },
  measure: (increases: ModelIncreases) => Values,
): QualityOfModel<Values> {
  const { model, family, window } = subject;
  const increases = modelIncreases(workload, model.name, window);
  const state = counterState(workload, { model: model.name, family, window }, increases);
  const requests = isData(state.state) ? sumOf(increases, "success") : 0;
  const isWaiting = (): boolean =>
    freshPending(workload, model.name, window).some(({ newest }) => newest > 0);
  const noCompletions = state.state === "live" && requests === 0 && isWaiting();
  return {
    model,
    state: noCompletions
      ? { state: "absent", freshPods: state.freshPods, ageSeconds: state.ageSeconds }
      : state,
    requests,
    noCompletions,
    values: state.state === "live" && !noCompletions ? measure(increases) : null,
  };
}

export type CombinedQuality<Values extends QualityValues> = {
  readonly state: SignalState;
  readonly ageSeconds: number | null;
  readonly freshPods: number;
  /** The most completions of any one model. */
  readonly requests: number;
  readonly noCompletions: boolean;
  readonly values: QualityValues;
  /** The model that has the largest value. */
  readonly decisive: Values | null;
  /** The models whose values count. */
  readonly counting: readonly Values[];
  readonly models: ModelParts;
};

/** Returns the largest of each value over the models; those with enough completions go before those without. */
export function combinedQuality<Values extends QualityValues>(
  models: readonly QualityOfModel<Values>[],
): CombinedQuality<Values> {
  const { state, freshPods, ageSeconds } = stateOverModels(
    models.map((model) => model.state),
    true,
  );
  const enough = models.filter(({ requests }) => requests >= ENOUGH_COMPLETIONS);
  const counting = (enough.length > 0 ? enough : models).flatMap(({ values }) => values ?? []);
  const top = (kind: keyof QualityValues): number | null => largest(counting.map((values) => values[kind]));
  const value = top("value");
  return {
    state,
    ageSeconds,
    freshPods,
    requests: Math.max(0, ...models.map(({ requests }) => requests)),
    noCompletions: models.some(({ noCompletions }) => noCompletions),
    values: {
      value,
      valueFirstHalf: top("valueFirstHalf"),
      valueSecondHalf: top("valueSecondHalf"),
      valueWithoutWorst: top("valueWithoutWorst"),
    },
    decisive: counting.find((values) => values.value !== null && values.value === value) ?? null,
    counting,
    models: parts(models.map(({ model, values }) => ({ model, value: values?.value ?? null }))),
  };
}

/** Returns the least value without one of the pods that completed requests, by place; null with fewer than two of these. */
export function withoutWorst(
  success: readonly number[],
  valueWithout: (place: number) => number | null,
): number | null {
  let busy = 0;
  let least: number | null = null;
  for (let place = 0; place < success.length; place++) {
    if ((success[place] ?? 0) <= 0) continue;
    busy += 1;
    const value = valueWithout(place);
    if (value !== null && (least === null || value < least)) least = value;
  }
  return busy < 2 ? null : least;
}

/** Returns the window of a quality signal. */
export function qualityWindow(workload: ObservedWorkload, policy: QualitySignalPolicy): Window {
  return { at: workload.at, span: policy.window };
}
