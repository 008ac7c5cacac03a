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
  const { times, values } = track;
  const { first, end } = rangeOf(track, window, maxAge);
  const from = times[first];
  const to = times[end - 1];
  if (first >= end || from === undefined || to === undefined || to <= windowStart(window)) return null;
  let increase = 0;
  let previous = values[first] ?? 0;
  for (let index = first + 1; index < end; index++) {
    const value = values[index] ?? previous;
    increase += value >= previous ? value - previous : value;
    previous = value;
  }
  return { increase, from, to };
}

/** Returns the sum of the tracks' increases; null where none of them has a sample in the window. */
export function totalIncrease(tracks: readonly Track[], window: Window, maxAge: Millis): number | null {
  let total: number | null = null;
  for (const track of tracks) {
    const found = increaseOf(track, window, maxAge);
    if (found !== null) total = (total ?? 0) + found.increase;
  }
  return total;
}

/** Returns the indices of the window's samples and of the last one at or before its start, if not too old. */
export function rangeOf({ times }: Track, window: Window, maxAge: Millis): SampleRange {
  const start = windowStart(window);
  const inside = countUntil(times, start);
  const end = countUntil(times, window.at);
  const base = times[inside - 1];
  return { first: base !== undefined && base >= before(start, maxAge) ? inside - 1 : inside, end };
}
