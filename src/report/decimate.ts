// Long series made short enough to draw: what stands out stays.

/** A value at a time; null = none. */
export type TimedValue = { readonly atSeconds: number; readonly value: number | null };

/**
 * Returns at most `most` points (an even number) in time order: of each of `most / 2` equal stretches of the series the
 * smallest and the largest value, so that no spike is lost. A stretch without values gives one point without.
 */
export function decimate(series: readonly TimedValue[], most: number): readonly TimedValue[] {
  if (series.length <= most) return series;
  const stretches = Math.max(1, Math.floor(most / 2));
  return Array.from({ length: stretches }, (_, index) => {
    const from = Math.floor((index * series.length) / stretches);
    const to = Math.floor(((index + 1) * series.length) / stretches);
    return extremes(series.slice(from, to));
  }).flat();
}

function extremes(stretch: readonly TimedValue[]): readonly TimedValue[] {
  const known = stretch.filter(({ value }) => value !== null);
  const [first] = known;
  if (first === undefined) return stretch.slice(0, 1);
  let [least, most] = [first, first];
  for (const point of known) {
    if ((point.value ?? 0) < (least.value ?? 0)) least = point;
    if ((point.value ?? 0) > (most.value ?? 0)) most = point;
  }
  if (least === most) return [least];
  return least.atSeconds < most.atSeconds ? [least, most] : [most, least];
}
