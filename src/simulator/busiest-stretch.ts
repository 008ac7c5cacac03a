// The part of a stretch of time that says most about a policy: where the load is highest.

const SLOT_SECONDS = 60;

/** Requests that arrive in each slot of the scenario. */
export type ArrivalSlots = { readonly slotSeconds: number; readonly counts: readonly number[] };

/** Returns arrivals by second, of each model, as slots of a minute with all models summed. */
export function arrivalSlots(arrivedBySecond: readonly Uint32Array[]): ArrivalSlots {
  const length = Math.max(0, ...arrivedBySecond.map((counts) => counts.length));
  const counts = Array.from({ length: Math.ceil(length / SLOT_SECONDS) }, () => 0);
  for (const bySecond of arrivedBySecond) {
    bySecond.forEach((count, second) => {
      const slot = Math.floor(second / SLOT_SECONDS);
      counts[slot] = (counts[slot] ?? 0) + count;
    });
  }
  return { slotSeconds: SLOT_SECONDS, counts };
}

/** Returns the window of about `lengthSeconds` within `of` in which most requests arrive; the earliest of equals. */
export function busiestStretch(
  { slotSeconds, counts }: ArrivalSlots,
  of: { readonly fromSeconds: number; readonly toSeconds: number },
  lengthSeconds: number,
): { readonly fromSeconds: number; readonly toSeconds: number } {
  const first = Math.ceil(of.fromSeconds / slotSeconds);
  const end = Math.floor(of.toSeconds / slotSeconds);
  const slots = Math.max(1, Math.round(lengthSeconds / slotSeconds));
  if (slots >= end - first) return of;
  const sumUntil = runningSum(counts);
  let [best, most] = [first, -1];
  for (let slot = first; slot + slots <= end; slot += 1) {
    const sum = (sumUntil[slot + slots] ?? 0) - (sumUntil[slot] ?? 0);
    if (sum > most) [best, most] = [slot, sum];
  }
  return { fromSeconds: best * slotSeconds, toSeconds: (best + slots) * slotSeconds };
}

/** At each index the sum of all before it. */
function runningSum(counts: readonly number[]): Float64Array {
  const sums = new Float64Array(counts.length + 1);
  counts.forEach((count, index) => {
    sums[index + 1] = (sums[index] ?? 0) + count;
  });
  return sums;
}
