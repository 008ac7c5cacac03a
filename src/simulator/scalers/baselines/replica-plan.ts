// A plan of replicas over time, made beforehand.

/** How many replicas are to be ready, slot by slot from t = 0 on; the last slot's number holds from then on. */
export type ReplicaPlan = { readonly slotSeconds: number; readonly replicas: readonly number[] };

/** Returns the plan's largest number in [fromSeconds, toSeconds]; 0 for an empty plan. */
export function largestInPlan(
  { slotSeconds, replicas }: ReplicaPlan,
  span: readonly [number, number],
): number {
  const last = replicas.length - 1;
  const slotAt = (seconds: number): number =>
    Math.max(0, Math.min(last, Math.floor(seconds / slotSeconds + 1e-9)));
  let largest = 0;
  for (let slot = slotAt(span[0]); slot <= slotAt(span[1]); slot += 1) {
    largest = Math.max(largest, replicas[slot] ?? 0);
  }
  return largest;
}
