// The load as the rules that write replicas themselves see it: from scraped counters, over a window.

import type { PodSamples, Series } from "../../../domain/samples.ts";
import { before, elapsed, type Instant, seconds, toSeconds } from "../../../domain/units.ts";
import { FAMILY } from "../../../observe/triton-metrics.ts";
import { countUntil } from "../../../observe/window.ts";
import { isSilent, isTargetGone, type ScrapedSeries } from "../../promql/scraped-series.ts";
import type { ScalerView } from "../scaler.ts";
import type { PrometheusView } from "./prometheus-view.ts";

const MICROS_PER_SECOND = 1e6;

/** What is asked of the samples: whose, and over which time. */
export type LoadQuestion = { readonly models: readonly string[]; readonly windowSeconds: number };

/** Returns a window that holds a scrape of every pod, whatever its phase. */
export function widened(windowSeconds: number, view: ScalerView): number {
  return Math.max(windowSeconds, view.scrapeIntervalSeconds + view.lagSeconds);
}

/**
 * Returns requests/s that arrived in the window: those that were answered or failed, and what piled up meanwhile. Null
 * where no pod was scraped before it: what a part of the window saw is not the load.
 */
export function arrivalsPerSecond(
  prometheus: PrometheusView,
  atSeconds: number,
  question: LoadQuestion,
): number | null {
  const families = [FAMILY.success, FAMILY.failure, FAMILY.pending];
  const found = totalRate(prometheus.at(atSeconds), families, question);
  return found === null ? null : Math.max(0, found);
}

/**
 * Returns the mean number of requests at a time in the window, waiting or executing, by Little's law over those that were
 * answered. Null where no pod was scraped before the window.
 */
export function concurrency(
  prometheus: PrometheusView,
  atSeconds: number,
  question: LoadQuestion,
): number | null {
  const found = totalRate(prometheus.at(atSeconds), [FAMILY.requestMicros], question);
  return found === null ? null : found / MICROS_PER_SECOND;
}

/** By how much all series of the families rose a second; null where none of them reaches back to the window's start. */
function totalRate(
  scraped: ScrapedSeries,
  families: readonly string[],
  { models, windowSeconds }: LoadQuestion,
): number | null {
  if (isSilent(scraped)) return null;
  const start = before(scraped.at, seconds(windowSeconds));
  let total = 0;
  let isCovered = false;
  for (const pod of scraped.samples.pods) {
    for (const series of pod.series) {
      if (!families.includes(series.family) || !models.includes(series.labels.model ?? "")) continue;
      total += seriesRate(scraped, { pod, series }, windowSeconds) ?? 0;
      isCovered ||= (series.times[0] ?? scraped.at) <= start;
    }
  }
  return isCovered ? total : null;
}

/**
 * From the last sample before the window: the increase ÷ the time between the samples. A series that began or ended in the
 * window counts in full from 0 on, over the whole window: a new replica's load is seen with its first scrape.
 */
function seriesRate(
  { at, scrapeIntervalSeconds }: ScrapedSeries,
  { pod, series }: { readonly pod: PodSamples; readonly series: Series },
  windowSeconds: number,
): number | null {
  const { times, values } = series;
  const inside = countUntil(times, before(at, seconds(windowSeconds)));
  const end = countUntil(times, at);
  if (end === inside) return null;
  const from = Math.max(0, inside - 1);
  const isWhole = inside > 0 && !isTargetGone(pod, at, scrapeIntervalSeconds);
  const span = isWhole ? spanOf(times, from, end - 1) : windowSeconds;
  const first = inside > 0 ? (values[from] ?? 0) : 0;
  const isCounter = series.family !== FAMILY.pending;
  return (isCounter ? counted(values.slice(from, end), first) : (values[end - 1] ?? 0) - first) / span;
}

/** The increase of a counter from `first` on; after a restart the new value counts in full. */
function counted(values: readonly number[], first: number): number {
  let increase = 0;
  let previous = first;
  for (const value of values) {
    increase += value >= previous ? value - previous : value;
    previous = value;
  }
  return increase;
}

function spanOf(times: readonly Instant[], from: number, to: number): number {
  const [first, last] = [times[from], times[to]];
  return first === undefined || last === undefined ? 1 : toSeconds(elapsed(first, last));
}
