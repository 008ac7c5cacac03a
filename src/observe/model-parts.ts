// How the values of several models on one target come together (rule 20 of the decision semantics).

import type { ModelParts } from "../domain/observation.ts";
import type { ModelPolicy } from "../domain/policy.ts";

/** One model's own value; null = it has none. */
export type ModelValue = { readonly model: ModelPolicy; readonly value: number | null };

/** Returns the sum of the values, each times its model's weight; null where none is known. */
export function weightedSum(values: readonly ModelValue[]): number | null {
  return values.reduce<number | null>(
    (total, { model, value }) => (value === null ? total : (total ?? 0) + value * model.weight),
    null,
  );
}

/** Returns the largest of the values; null where none is known. */
export function largest(values: readonly (number | null)[]): number | null {
  return values.reduce(
    (best, value) => (value !== null && (best === null || value > best) ? value : best),
    null,
  );
}

/** Returns each model's weighted part, or nothing for a policy of one model. */
export function weightedParts(values: readonly ModelValue[]): ModelParts {
  return parts(
    values.map(({ model, value }) => ({ model, value: value === null ? null : value * model.weight })),
  );
}

/** Returns a reading with the parts of its models, the reading itself where there are none. */
export function withParts<Reading extends ModelParts>(reading: Reading, { models }: ModelParts): Reading {
  return models === undefined ? reading : { ...reading, models };
}

/** Returns each model's own value, or nothing for a policy of one model. Models without a value are left out. */
export function parts(values: readonly ModelValue[]): ModelParts {
  if (values.length < 2) return {};
  return {
    models: Object.fromEntries(
      values.flatMap(({ model, value }) => (value === null ? [] : [[model.name, value]])),
    ),
  };
}
