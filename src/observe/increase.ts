// How much a counter rose in a window (rule 6 of the decision semantics). No extrapolation.

import type { Instant } from "../domain/units.ts";
import type { SampleRange, SampleRanges } from "./sample-ranges.ts";
import type { Track } from "./track.ts";
import type { Window } from "./window.ts";

export type Increase = {
  readonly increase: number;
  /** The times of the first and the last sample that it was taken from. */
  readonly from: Instant;
  readonly to: Instant;
};

/**
 * Returns the sum over tracks of the positive differences in the window, the first one against the last sample at or
 * before its start (not too old). A decrease is a restart: the new value counts in full. The first sample of a series
 * gives nothing. Null where no track has a sample in the window.
 */
export function increaseOf(tracks: readonly Track[], window: Window, ranges: SampleRanges): Increase | null {
  let found: Increase | null = null;
  for (const track of tracks) {
    const range = ranges.of(track.times, window);
    const from = track.times[range.first];
    const to = track.times[range.end - 1];
    if (range.inside === range.end || from === undefined || to === undefined) continue;
    found = joined(found, { increase: increaseIn(track, range), from, to });
  }
  return found;
}

/** Returns whether any of the tracks has a sample in the window. */
export function hasSample(tracks: readonly Track[], window: Window, ranges: SampleRanges): boolean {
  for (const { times } of tracks) {
    const { inside, end } = ranges.of(times, window);
    if (inside < end) return true;
  }
  return false;
}

/** Returns the increase of the tracks alone; 0 where none of them has a sample in the window. */
export function totalIncrease(tracks: readonly Track[], window: Window, ranges: SampleRanges): number {
  let total = 0;
  for (const track of tracks) total += increaseIn(track, ranges.of(track.times, window));
  return total;
}

function joined(one: Increase | null, other: Increase): Increase {
  if (one === null) return other;
  return {
    increase: one.increase + other.increase,
    from: one.from < other.from ? one.from : other.from,
    to: one.to > other.to ? one.to : other.to,
  };
}

/** Returns the increase of one track over a range of its samples. */
export function increaseIn({ values }: Track, { first, end }: SampleRange): number {
  let increase = 0;
  let previous = values[first] ?? 0;
  for (let index = first + 1; index < end; index++) {
    const value = values[index] ?? previous;
    increase += value >= previous ? value - previous : value;
    previous = value;
  }
  return increase;
}
