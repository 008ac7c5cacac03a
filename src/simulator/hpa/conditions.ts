// The conditions of an HPA, in the order in which they were first set.

export type ConditionType = "AbleToScale" | "ScalingActive" | "ScalingLimited" | "ScaledToZero";

export type HpaCondition = {
  readonly type: ConditionType;
  readonly status: boolean;
  readonly reason: string;
};

/** Returns the conditions with one set: in its place, or at the end. */
export function withCondition(
  conditions: readonly HpaCondition[],
  condition: HpaCondition,
): readonly HpaCondition[] {
  const index = conditions.findIndex(({ type }) => type === condition.type);
  return index < 0 ? [...conditions, condition] : conditions.with(index, condition);
}

/** Returns the conditions without those of a type. */
export function withoutCondition(
  conditions: readonly HpaCondition[],
  type: ConditionType,
): readonly HpaCondition[] {
  return conditions.filter((condition) => condition.type !== type);
}

/** Returns whether the HPA remembers that it scaled to zero itself. */
export function scaledToZero(conditions: readonly HpaCondition[]): boolean {
  return conditions.some(({ type, status }) => type === "ScaledToZero" && status);
}
