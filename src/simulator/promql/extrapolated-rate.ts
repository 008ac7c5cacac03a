// PromQL's rate() over the samples of one series, extrapolation included, as Prometheus 2.42 computes them.

import { before, elapsed, type Instant, millis, seconds, toSeconds } from "../../domain/units.ts";
import { countUntil } from "../../observe/window.ts";

/** Beyond so many mean gaps between samples, a window's edge is taken for the series' own beginning or end. */
const EDGE_GAPS = 1.1;

/** Samples of one series, times ascending. */
export type Points = { readonly times: readonly Instant[]; readonly values: readonly number[] };

/** The window [at − rangeSeconds, at], both ends inside. */
export type RangeWindow = { readonly at: Instant; readonly rangeSeconds: number };

/**
 * Returns the counter's increase a second over the window; null with fewer than two samples in it. That is the difference
 * of the last and the first sample in the window, plus what was lost at restarts, stretched to the window: to its edge where
 * the samples reach near to it, else by half a mean gap, and never to before the time at which the counter would have been 0.
 */
export function rate({ times, values }: Points, { at, rangeSeconds }: RangeWindow): number | null {
  const start = before(at, seconds(rangeSeconds));
  const first = countUntil(times, before(start, millis(1)));
  const last = countUntil(times, at) - 1;
  const [firstTime, lastTime, firstValue] = [times[first], times[last], values[first]];
  if (last <= first || firstTime === undefined || lastTime === undefined || firstValue === undefined) {
    return null;
  }
  const increase = (values[last] ?? 0) - firstValue + lostAtRestarts(values, first, last);
  const sampled = toSeconds(elapsed(firstTime, lastTime));
  const meanGap = sampled / (last - first);
  let toStart = toSeconds(elapsed(start, firstTime));
  const toEnd = toSeconds(elapsed(lastTime, at));
  if (increase > 0 && firstValue >= 0) {
    toStart = Math.min(toStart, sampled * (firstValue / increase));
  }
  const reach = (gap: number): number => (gap < meanGap * EDGE_GAPS ? gap : meanGap / 2);
  const factor = (sampled + reach(toStart) + reach(toEnd)) / sampled;
  return increase * (factor / rangeSeconds);
}

function lostAtRestarts(values: readonly number[], first: number, last: number): number {
  let lost = 0;
  for (let index = first + 1; index <= last; index += 1) {
    const [previous, now] = [values[index - 1] ?? 0, values[index] ?? 0];
    if (now < previous) lost += previous;
  }
  return lost;
}
