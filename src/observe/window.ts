// Windows of time: (at − span, at].

import { before, type Instant, type Millis, millis } from "../domain/units.ts";

export type Window = { readonly at: Instant; readonly span: Millis };

/** Returns the instant at which the window opens; a sample of that very instant lies before the window. */
export function windowStart({ at, span }: Window): Instant {
  return before(at, span);
}

/** Returns (at − span, at − span/2] and (at − span/2, at]. */
export function halves({ at, span }: Window): readonly [Window, Window] {
  const half = millis(span / 2);
  return [
    { at: before(at, half), span: millis(span - half) },
    { at, span: half },
  ];
}

/** Returns how many of the ascending times are at or before `at`. */
export function countUntil(times: readonly Instant[], at: Instant): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? at) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
