// A gauge over a window: its mean and its levels at both ends.

import type { Instant } from "../domain/units.ts";
import { countUntil, type Window, windowStart } from "./window.ts";

export type GaugeLevels = {
  /** Over the window's samples; the newest one if the window holds fewer than two. */
  readonly mean: number;
  /** The last sample at or before the window's start, else the first in it. */
  readonly oldest: number;
  readonly newest: number;
};

/** Returns the levels of a gauge whose times ascend; null where it has no sample up to the window's end. */
export function gaugeLevels(
  { times, values }: { readonly times: readonly Instant[]; readonly values: readonly number[] },
  window: Window,
): GaugeLevels | null {
  const start = countUntil(times, windowStart(window));
  const end = countUntil(times, window.at);
  const newest = values[end - 1];
  if (newest === undefined) return null;
  let total = 0;
  for (let index = start; index < end; index++) total += values[index] ?? 0;
  const mean = end - start < 2 ? newest : total / (end - start);
  return { mean, oldest: values[Math.max(0, start - 1)] ?? newest, newest };
}
