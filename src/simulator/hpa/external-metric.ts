// What an External metric proposes.

import { addInt64, int32OfDouble, int64OfDouble, MAX_INT32, MAX_INT64 } from "./int64.ts";
import type { HpaValueTarget, Int64 } from "./metric.ts";
import type { MetricContext, MetricOutcome } from "./metric-outcome.ts";
import { inBand, leavesBand } from "./tolerance.ts";

/** Returns the proposal of an External metric for the items that were read (milli-units); no items is an error. */
export function externalProposal(
  target: HpaValueTarget,
  items: readonly Int64[],
  context: MetricContext,
): MetricOutcome | null {
  if (items.length === 0) return null;
  return target.type === "AverageValue"
    ? averageProposal(target.milli, items, context)
    : valueProposal(target.milli, items, context);
}

/** Compares with the replicas of the scale's status: those it keeps in band, wherever its spec stands. */
function averageProposal(target: Int64, items: readonly Int64[], context: MetricContext): MetricOutcome {
  const { statusReplicas, band, release } = context;
  const usage = release.capsOverflow ? sumCappedWhereNegative(items) : items.reduce(addInt64, 0);
  const ratio = Number(usage) / (Number(target) * statusReplicas);
  const proposal = leavesBand(ratio, band)
    ? cappedCeil(Number(usage) / Number(target), release.capsOverflow)
    : statusReplicas;
  const perReplica = int64OfDouble(Math.ceil(Number(usage) / statusReplicas));
  const overflowed = release.capsOverflow && Number(usage) >= Number(MAX_INT64);
  return { proposal, current: { averageValue: overflowed ? MAX_INT64 : perReplica } };
}

/** Multiplies the ready pods; an error where there are no pods at all and they are needed. */
function valueProposal(target: Int64, items: readonly Int64[], context: MetricContext): MetricOutcome | null {
  const { specReplicas, readyPods, podCount, band, release } = context;
  const usage = release.capsOverflow ? sumCapped(items) : items.reduce(addInt64, 0);
  const ratio = Number(usage) / Number(target);
  const current = { value: usage };
  if (specReplicas === 0) return { proposal: int32OfDouble(Math.ceil(ratio)), current };
  if (inBand(ratio, band)) return { proposal: specReplicas, current };
  if (podCount === 0) return null;
  return { proposal: cappedCeil(ratio * readyPods, release.capsOverflow), current };
}

function cappedCeil(replicas: number, capped: boolean): number {
  return capped && replicas > MAX_INT32 ? MAX_INT32 : int32OfDouble(Math.ceil(replicas));
}

/** A sum that is ever negative counts as overflown, even where an item is meant to be. */
function sumCappedWhereNegative(items: readonly Int64[]): Int64 {
  let sum: Int64 = 0;
  for (const item of items) {
    sum = addInt64(sum, item);
    if (sum < 0) return MAX_INT64;
  }
  return sum;
}

function sumCapped(items: readonly Int64[]): Int64 {
  let sum: Int64 = 0;
  for (const item of items) {
    const next = addInt64(sum, item);
    if (item > 0 && next < sum) return MAX_INT64;
    sum = next;
  }
  return sum;
}
