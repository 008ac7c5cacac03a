// How much a counter rose in a window (rule 6 of the decision semantics). No extrapolation.

import { before, type Instant, type Millis } from "../domain/units.ts";
import type { Track } from "./track.ts";
import { countUntil, type Window, windowStart } from "./window.ts";

export type Increase = {
  readonly increase: number;
  /** The times of the first and the last sample that it was taken from. */
  readonly from: Instant;
  readonly to: Instant;
};

/** The samples [first, end) of a window and the one before it; empty where first = end. */
export type SampleRange = { readonly first: number; readonly end: number };

/**
 * Returns the sum of the positive differences in the window, the first one against the last sample at or before its
 * start (at most `maxAge` older). A decrease is a restart: the new value counts in full. The first sample of a series
 * gives nothing. Null without a sample in the window.
 */
export function increaseOf(track: Track, window: Window, maxAge: Millis): Increase | null {
  const range = rangeOf(track, window, maxAge);
  const from = track.times[range.first];
  const to = track.times[range.end - 1];
  if (from === undefined || to === undefined || !hasSample(track, range, window)) return null;
  return { increase: increaseIn(track, range), from, to };
}

/** Returns the sum of the tracks' increases; null where none of them has a sample in the window. */
export function totalIncrease(tracks: readonly Track[], window: Window, maxAge: Millis): number | null {
  let total: number | null = null;
  for (const track of tracks) {
    const range = rangeOf(track, window, maxAge);
    if (hasSample(track, range, window)) total = (total ?? 0) + increaseIn(track, range);
  }
  return total;
}

/** The range found last: the series of one scrape share their times, and are asked for one after another. */
let found: FoundRange | null = null;

type FoundRange = {
  readonly times: readonly Instant[];
  readonly window: Window;
  readonly maxAge: Millis;
  readonly range: SampleRange;
};

/** Returns the indices of the window's samples and of the last one at or before its start, if not too old. */
export function rangeOf({ times }: Pick<Track, "times">, window: Window, maxAge: Millis): SampleRange {
  if (found !== null && found.times === times && found.maxAge === maxAge && isSame(found.window, window)) {
    return found.range;
  }
  const start = windowStart(window);
  const inside = countUntil(times, start);
  const end = countUntil(times, window.at);
  const base = times[inside - 1];
  const first = base !== undefined && base >= before(start, maxAge) ? inside - 1 : inside;
  const range = { first, end };
  found = { times, window, maxAge, range };
  return range;
}

function isSame(one: Window, other: Window): boolean {
  return one.at === other.at && one.span === other.span;
}

function hasSample({ times }: Track, { first, end }: SampleRange, window: Window): boolean {
  const to = times[end - 1];
  return first < end && to !== undefined && to > windowStart(window);
}

function increaseIn({ values }: Track, { first, end }: SampleRange): number {
  let increase = 0;
  let previous = values[first] ?? 0;
  for (let index = first + 1; index < end; index++) {
    const value = values[index] ?? previous;
    increase += value >= previous ? value - previous : value;
    previous = value;
  }
  return increase;
}
