// A line through measured execution times: S(b) = base + perItem × b.

import type { MeasuredBatch } from "./service-measurement.ts";

export type ServiceLine = {
  readonly baseSeconds: number;
  readonly perItemSeconds: number;
  /** The largest relative difference from a measured mean, and at which batch size. */
  readonly worstRatio: number;
  readonly worstBatch: number;
};

/** Returns the line of least squares, each mean weighted by its executions; null below three batch sizes. */
export function serviceLine(batches: readonly MeasuredBatch[]): ServiceLine | null {
  if (batches.length < 3) return null;
  const weighted = batches.map(({ batch, seconds, executions }) => ({
    batch,
    seconds,
    weight: executions ?? 1,
  }));
  const weights = weighted.reduce((sum, { weight }) => sum + weight, 0);
  const meanBatch = weighted.reduce((sum, { batch, weight }) => sum + batch * weight, 0) / weights;
  const meanSeconds = weighted.reduce((sum, { seconds, weight }) => sum + seconds * weight, 0) / weights;
  const shared = weighted.reduce(
    (sum, { batch, seconds, weight }) => sum + weight * (batch - meanBatch) * (seconds - meanSeconds),
    0,
  );
  const squares = weighted.reduce((sum, { batch, weight }) => sum + weight * (batch - meanBatch) ** 2, 0);
  const perItemSeconds = shared / squares;
  const baseSeconds = meanSeconds - perItemSeconds * meanBatch;
  let [worstRatio, worstBatch] = [0, batches[0]?.batch ?? 0];
  for (const { batch, seconds } of batches) {
    const ratio = Math.abs((baseSeconds + perItemSeconds * batch) / seconds - 1);
    if (ratio > worstRatio) [worstRatio, worstBatch] = [ratio, batch];
  }
  return { baseSeconds, perItemSeconds, worstRatio, worstBatch };
}
