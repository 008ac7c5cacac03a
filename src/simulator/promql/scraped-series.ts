// What Prometheus would answer a query for, from the samples that were scraped: selectors, and rates over a range.

import type { PodSamples, Series, SeriesLabels, WorkloadSamples } from "../../domain/samples.ts";
import { elapsed, type Instant, toSeconds } from "../../domain/units.ts";
import { countUntil } from "../../observe/window.ts";
import { type Points, type RangeWindow, rate } from "./extrapolated-rate.ts";
import type { Vector, VectorElement } from "./vector.ts";

/** An instant selector finds no sample older than this. */
export const LOOKBACK_SECONDS = 300;
/** A target that is gone is marked stale after two intervals in which no scrape came, and a tenth. */
const STALE_AFTER_INTERVALS = 2.1;

/** `{label="value"}`, or any of several values; every label must match. A label that a series lacks is "". */
export type Matchers = Readonly<Record<string, string | readonly string[]>>;

/** The samples that a query sees, evaluated at one instant. */
export type ScrapedSeries = {
  readonly samples: WorkloadSamples;
  readonly at: Instant;
  readonly scrapeIntervalSeconds: number;
};

/** Returns `family{matchers}`: the newest sample of each series that is not stale. */
export function instantVector(scraped: ScrapedSeries, family: string, matchers: Matchers): Vector {
  return selected(scraped, { family, matchers }, (points, pod) => newest(scraped, points, pod));
}

/** Returns `rate(family{matchers}[range])`; series with fewer than two samples in the range are left out. */
export function rates(
  scraped: ScrapedSeries,
  selector: { readonly family: string; readonly matchers: Matchers },
  rangeSeconds: number,
): Vector {
  const window: RangeWindow = { at: scraped.at, rangeSeconds };
  return selected(scraped, selector, (points) => rate(points, window));
}

/**
 * Returns whether Prometheus itself is down: it did scrape, but tried no pod for more than two intervals. Its queries fail
 * then, where a failed scrape only leaves their answer empty.
 */
export function isSilent({ samples, at, scrapeIntervalSeconds }: ScrapedSeries): boolean {
  const tries = samples.pods.flatMap(({ scrapes }) => scrapes.at(-1)?.at ?? []);
  if (tries.length === 0) return false;
  const newestAge = Math.min(...tries.map((tried) => toSeconds(elapsed(tried, at))));
  return newestAge > (STALE_AFTER_INTERVALS + 1) * scrapeIntervalSeconds;
}

/** Returns whether a pod was not tried for more than two intervals: it is no target any more. */
export function isTargetGone({ scrapes }: PodSamples, at: Instant, scrapeIntervalSeconds: number): boolean {
  const tried = scrapes.at(-1)?.at;
  return tried !== undefined && toSeconds(elapsed(tried, at)) > STALE_AFTER_INTERVALS * scrapeIntervalSeconds;
}

function selected(
  { samples }: ScrapedSeries,
  { family, matchers }: { readonly family: string; readonly matchers: Matchers },
  valueOf: (points: Points, pod: PodSamples) => number | null,
): Vector {
  const found: VectorElement[] = [];
  for (const pod of samples.pods) {
    for (const series of pod.series) {
      if (series.family !== family) continue;
      const labels = labelsOf(series, pod);
      if (!matches(labels, matchers)) continue;
      const value = valueOf(series, pod);
      if (value !== null) found.push({ labels, value });
    }
  }
  return found;
}

/** A failed scrape, one without the series, and the end of a target leave a stale marker: no value after it. */
function newest(scraped: ScrapedSeries, { times, values }: Points, { scrapes }: PodSamples): number | null {
  const index = countUntil(times, scraped.at) - 1;
  const time = times[index];
  if (time === undefined) return null;
  const age = toSeconds(elapsed(time, scraped.at));
  const tried = scrapes.some((scrape) => scrape.at > time && scrape.at <= scraped.at);
  if (tried || age >= LOOKBACK_SECONDS || age > STALE_AFTER_INTERVALS * scraped.scrapeIntervalSeconds) {
    return null;
  }
  return values[index] ?? null;
}

function matches(labels: Readonly<Record<string, string>>, matchers: Matchers): boolean {
  return Object.entries(matchers).every(([name, wanted]) => {
    const value = labels[name] ?? "";
    return typeof wanted === "string" ? value === wanted : wanted.includes(value);
  });
}

const LABEL_NAMES: readonly (readonly [keyof SeriesLabels, string])[] = [
  ["model", "model"],
  ["version", "version"],
  ["gpuUuid", "gpu_uuid"],
  ["reason", "reason"],
  ["quantile", "quantile"],
  ["le", "le"],
];

function labelsOf({ labels }: Series, { pod }: PodSamples): Readonly<Record<string, string>> {
  const found: Record<string, string> = { pod };
  for (const [key, name] of LABEL_NAMES) {
    const value = labels[key];
    if (value !== null) found[name] = value;
  }
  return found;
}
