// How closely the supply of replicas followed the demand: the elasticity metrics of the SPEC research group.

/** Least replicas that were needed and replicas that were ready, slot by slot; all slots are equally long. */
export type ElasticitySeries = {
  readonly demand: readonly number[];
  readonly supply: readonly number[];
  readonly slotSeconds: number;
};

/** Ratios are shares of 1 (the accuracies may exceed it); null where no slot speaks to them. */
export type Elasticity = {
  /** θ_U: mean of (demand − supply)⁺ ÷ demand over the slots with demand. */
  readonly underProvisionedRatio: number | null;
  /** θ_O: mean of (supply − demand)⁺ ÷ demand over the slots with demand. */
  readonly overProvisionedRatio: number | null;
  /** Mean of (demand − supply)⁺ over all slots, in replicas. */
  readonly missingReplicas: number | null;
  /** Mean of (supply − demand)⁺ over all slots, in replicas. */
  readonly surplusReplicas: number | null;
  /** τ_U: share of the time with less than was needed. */
  readonly underProvisionedTimeRatio: number | null;
  /** τ_O: share of the time with more than was needed. */
  readonly overProvisionedTimeRatio: number | null;
  /** υ: share of the time in which the two curves moved differently. */
  readonly instabilityRatio: number | null;
  /** j: changes of supply beyond those of demand, an hour; negative = it followed too seldom. */
  readonly jitterPerHour: number | null;
  /** Time without any demand, which the first two ratios leave out. */
  readonly idleSeconds: number;
};

/** Returns the metrics over the slots that both series have. */
export function elasticity({ demand, supply, slotSeconds }: ElasticitySeries): Elasticity {
  const slots = Math.min(demand.length, supply.length);
  const sums = { under: 0, over: 0, missing: 0, surplus: 0, short: 0, ample: 0, idle: 0 };
  for (let slot = 0; slot < slots; slot += 1) {
    const needed = demand[slot] ?? 0;
    const gap = needed - (supply[slot] ?? 0);
    sums.missing += Math.max(gap, 0);
    sums.surplus += Math.max(-gap, 0);
    if (gap > 0) sums.short += 1;
    if (gap < 0) sums.ample += 1;
    if (needed > 0) {
      sums.under += Math.max(gap, 0) / needed;
      sums.over += Math.max(-gap, 0) / needed;
    } else sums.idle += 1;
  }
  const share = (sum: number, of: number): number | null => (of > 0 ? sum / of : null);
  const { apart, supplyChanges, demandChanges } = movements(demand, supply, slots);
  return {
    underProvisionedRatio: share(sums.under, slots - sums.idle),
    overProvisionedRatio: share(sums.over, slots - sums.idle),
    missingReplicas: share(sums.missing, slots),
    surplusReplicas: share(sums.surplus, slots),
    underProvisionedTimeRatio: share(sums.short, slots),
    overProvisionedTimeRatio: share(sums.ample, slots),
    instabilityRatio: share(apart, slots - 1),
    jitterPerHour: share((supplyChanges - demandChanges) * 3600, slots * slotSeconds),
    idleSeconds: sums.idle * slotSeconds,
  };
}

function movements(
  demand: readonly number[],
  supply: readonly number[],
  slots: number,
): { readonly apart: number; readonly supplyChanges: number; readonly demandChanges: number } {
  const found = { apart: 0, supplyChanges: 0, demandChanges: 0 };
  for (let slot = 1; slot < slots; slot += 1) {
    const supplied = Math.sign((supply[slot] ?? 0) - (supply[slot - 1] ?? 0));
    const demanded = Math.sign((demand[slot] ?? 0) - (demand[slot - 1] ?? 0));
    if (supplied !== demanded) found.apart += 1;
    if (supplied !== 0) found.supplyChanges += 1;
    if (demanded !== 0) found.demandChanges += 1;
  }
  return found;
}

/** Keeps a perfect score from dividing by zero. */
const FLOOR = 1e-3;

/**
 * Returns how many times better than without scaling: the geometric mean of the four improvements θ_U, θ_O, τ_U, τ_O
 * (each at least one thousandth). Null where either lacks one of them.
 */
export function elasticSpeedUp(withoutScaling: Elasticity, scaled: Elasticity): number | null {
  const ratios = (of: Elasticity): readonly (number | null)[] => [
    of.underProvisionedRatio,
    of.overProvisionedRatio,
    of.underProvisionedTimeRatio,
    of.overProvisionedTimeRatio,
  ];
  const after = ratios(scaled);
  let logSum = 0;
  for (const [index, before] of ratios(withoutScaling).entries()) {
    const now = after[index] ?? null;
    if (before === null || now === null) return null;
    logSum += Math.log(Math.max(before, FLOOR) / Math.max(now, FLOOR));
  }
  return Math.exp(logSum / 4);
}
