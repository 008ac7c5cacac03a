// When a source is read to record it: just when ticks would have read it.

import { after, type Instant, type Millis, millis } from "../domain/units.ts";

/** A span of time from a grid instant on, and the ticks in it. */
export type RecordingSpan = {
  readonly from: Instant;
  readonly to: Instant;
  readonly interval: Millis;
  readonly lag: Millis;
};

/** Returns the instants at which ticks would read a source within (from, to), then `to` itself. */
export function* readingInstants({ from, to, interval, lag }: RecordingSpan): Generator<Instant> {
  const first = after(from, millis(interval - lag));
  for (let at = first; at < to; at = after(at, interval)) if (at > from) yield at;
  yield to;
}
