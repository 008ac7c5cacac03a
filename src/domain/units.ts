// Branded quantities and the only conversions between them. Plain numbers exist at parse and print only.

declare const unit: unique symbol;
type Branded<Name extends string> = number & { readonly [unit]: Name };

/** A span of time in whole milliseconds, never negative. */
export type Millis = Branded<"Millis">;

/** A point of time: whole milliseconds since the Unix epoch, UTC. */
export type Instant = Branded<"Instant">;

/** Returns `value` milliseconds, rounded to whole ones. */
export function millis(value: number): Millis {
  return Math.round(value) as Millis;
}

/** Returns `value` seconds as milliseconds. */
export function seconds(value: number): Millis {
  return millis(value * 1000);
}

/** Returns `value` minutes as milliseconds. */
export function minutes(value: number): Millis {
  return millis(value * 60_000);
}

/** Returns `value` hours as milliseconds. */
export function hours(value: number): Millis {
  return millis(value * 3_600_000);
}

/** Returns the span in seconds, with its fraction. */
export function toSeconds(span: Millis): number {
  return span / 1000;
}

/** Returns the instant `epochMillis` milliseconds after the Unix epoch, rounded to whole ones. */
export function instant(epochMillis: number): Instant {
  return Math.round(epochMillis) as Instant;
}

/** Returns the instant `span` after `at`. */
export function after(at: Instant, span: Millis): Instant {
  return (at + span) as Instant;
}

/** Returns the instant `span` before `at`. */
export function before(at: Instant, span: Millis): Instant {
  return (at - span) as Instant;
}

/** Returns the time from `from` to `to`; negative if `to` is earlier. */
export function elapsed(from: Instant, to: Instant): Millis {
  return (to - from) as Millis;
}

/** Returns the longest of the spans, 0 for none. */
export function longest(spans: readonly Millis[]): Millis {
  return Math.max(0, ...spans) as Millis;
}
