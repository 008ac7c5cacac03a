// The grid of ticks: multiples of the interval since the Unix epoch, so that replicas of the service tick alike.

import { assert } from "../domain/assert.ts";
import { type Instant, instant, type Millis } from "../domain/units.ts";

/** The next tick, and how many grid instants before it are left out. */
export type GridTick = { readonly at: Instant; readonly skipped: number };

export type GridPosition = {
  readonly now: Instant;
  /** The tick before; null = none yet. */
  readonly last: Instant | null;
  readonly interval: Millis;
};

/** Returns the newest grid instant at or before `at`. */
export function gridAtOrBefore(at: Instant, interval: Millis): Instant {
  assert(interval > 0, `the tick interval must be positive, not ${interval}`);
  return instant(Math.floor(at / interval) * interval);
}

/** Returns the first grid instant after `at`. */
export function gridAfter(at: Instant, interval: Millis): Instant {
  return instant(gridAtOrBefore(at, interval) + interval);
}

/**
 * Returns the tick to run next; it may lie ahead, or be due already and late. Of several missed ones only the newest
 * runs. After a step back of the clock it is still later than the last one: ticks wait until time has grown again.
 */
export function nextTick({ now, last, interval }: GridPosition): GridTick {
  const due = gridAtOrBefore(now, interval);
  if (last === null) return { at: due, skipped: 0 };
  const next = gridAfter(last, interval);
  if (due <= next) return { at: next, skipped: 0 };
  return { at: due, skipped: (due - next) / interval };
}

/** Returns the tick that follows `last` with none left out, however late: for time that waits to be played. */
export function followingTick({ now, last, interval }: GridPosition): GridTick {
  return { at: last === null ? gridAtOrBefore(now, interval) : gridAfter(last, interval), skipped: 0 };
}
