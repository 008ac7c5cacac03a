// The Kubernetes HPA on one External metric of type AverageValue, with its dynamics switched off: pure arithmetic.

/** What the controller reads at one sync; `value` null = the metric could not be had. */
export type HpaInput = {
  readonly desired: number;
  /** Active pods as the workload's status counts them. */
  readonly current: number;
  readonly value: number | null;
  readonly targetSize: number;
  readonly tolerance: number;
  readonly min: number;
  readonly max: number;
};

/** Returns the replicas that the controller sets: `desired` itself where it has no decision or is within tolerance. */
export function hpaReplicas(input: HpaInput): number {
  const { desired, current, value, targetSize, tolerance, min, max } = input;
  if (desired === 0) return 0;
  if (desired > max) return max;
  if (desired < min) return min;
  if (value === null) return desired;
  const usage = Math.ceil(value * 1000);
  const target = Math.ceil(targetSize * 1000);
  const ratio = usage / (target * current);
  const inBand = ratio >= 1 - tolerance && ratio <= 1 + tolerance;
  const wanted = inBand ? current : Math.ceil(usage / target);
  return Math.min(max, Math.max(min, wanted));
}
