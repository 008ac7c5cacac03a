// How long arrivals in a row went without what the objective promises.

/** Counts by second of arrival. */
export type SecondCounts = { readonly arrived: Uint32Array; readonly good: Uint32Array };

/**
 * Returns the longest run of seconds whose arrivals missed the percentile. A second without arrivals neither breaks nor
 * lengthens a run.
 */
export function recoverySeconds({ arrived, good }: SecondCounts, percentile: number): number {
  let longest = 0;
  let run = 0;
  for (let second = 0; second < arrived.length; second += 1) {
    const all = arrived[second] ?? 0;
    if (all === 0) continue;
    const isMissed = (good[second] ?? 0) * 100 < percentile * all;
    run = isMissed ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
