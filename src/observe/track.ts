// One series of one pod, without the samples that nothing may be concluded from (rule 5 of the decision semantics).

import type { QuerySamples, Series, SeriesLabels } from "../domain/samples.ts";
import type { Instant } from "../domain/units.ts";

/** Beyond it a double no longer holds every whole number. */
const LARGEST_PLAUSIBLE = 2 ** 53;
/** No series counts, or measures, less; a quotient of what is larger stays finite. Zero is plausible. */
const LEAST_PLAUSIBLE = 1e-9;

/** Usable samples, times ascending, none later than the instant read at. */
export type Track = {
  readonly labels: SeriesLabels;
  readonly times: readonly Instant[];
  readonly values: readonly number[];
  /** The newest sample's time, usable or not: the last scrape that had the series. Null = none up to that instant. */
  readonly lastSeenAt: Instant | null;
};

/** Returns the series up to `at` without unusable samples: NaN, infinite, negative, above 2⁵³, next to nothing. */
export function usableTrack(series: Series, at: Instant): Track {
  const { times, values } = usableSamples(series, at);
  const newest = series.times.at(-1);
  const isPast = newest === undefined || newest <= at;
  const lastSeenAt = (isPast ? newest : series.times.findLast((time) => time <= at)) ?? null;
  return { labels: series.labels, times, values, lastSeenAt };
}

/** Returns the samples up to `at` without unusable ones. */
export function usableSamples(samples: QuerySamples, at: Instant): QuerySamples {
  const { times, values } = samples;
  if ((times.at(-1) ?? at) <= at && areUsable(values)) return samples;
  const past = (times.at(-1) ?? at) <= at ? times : times.filter((time) => time <= at);
  const kept = past.flatMap((_, index) => (isUsable(values[index] ?? NaN) ? [index] : []));
  return {
    times: kept.map((index) => times[index] ?? at),
    values: kept.map((index) => values[index] ?? 0),
  };
}

function areUsable(values: readonly number[]): boolean {
  // By index: an iterator would put each number on the heap.
  for (let index = 0; index < values.length; index++) if (!isUsable(values[index] ?? NaN)) return false;
  return true;
}

/** Returns whether a sample's value may be used. */
export function isUsable(value: number): boolean {
  return value === 0 || (value >= LEAST_PLAUSIBLE && value <= LARGEST_PLAUSIBLE);
}

/** Returns the oldest time of any of the tracks' usable samples. */
export function oldestTime(tracks: readonly Track[]): Instant | null {
  let oldest: Instant | null = null;
  for (const { times } of tracks) {
    const first = times[0];
    if (first !== undefined && (oldest === null || first < oldest)) oldest = first;
  }
  return oldest;
}

/** Returns the newest time of any of the tracks' usable samples. */
export function newestTime(tracks: readonly Track[]): Instant | null {
  let newest: Instant | null = null;
  for (const { times } of tracks) newest = later(newest, times.at(-1) ?? null);
  return newest;
}

/** Returns when any of the tracks was last seen, usable or not. */
export function lastSeen(tracks: readonly Track[]): Instant | null {
  let seen: Instant | null = null;
  for (const { lastSeenAt } of tracks) seen = later(seen, lastSeenAt);
  return seen;
}

/** Returns the later of two instants; null is none. */
export function later(one: Instant | null, other: Instant | null): Instant | null {
  return one === null || (other !== null && other > one) ? other : one;
}
