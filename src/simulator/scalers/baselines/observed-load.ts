// The load as the rules that write replicas themselves see it: from scraped counters, over a window.

import { FAMILY } from "../../../observe/triton-metrics.ts";
import { deltas, isSilent, rates, type ScrapedSeries } from "../../promql/scraped-series.ts";
import type { Vector } from "../../promql/vector.ts";
import type { ScalerView } from "../scaler.ts";
import type { PrometheusView } from "./prometheus-view.ts";

const MICROS_PER_SECOND = 1e6;

/** What is asked of the samples: whose, and over which time. */
export type LoadQuestion = { readonly models: readonly string[]; readonly windowSeconds: number };

/** Returns a window that holds two scrapes whatever their phase: a rate needs two. */
export function widened(windowSeconds: number, view: ScalerView): number {
  return Math.max(windowSeconds, 2 * view.scrapeIntervalSeconds + view.lagSeconds);
}

/**
 * Returns requests/s that arrived in the window: those that were answered or failed, and what piled up meanwhile. Null
 * without two scrapes of any pod.
 */
export function arrivalsPerSecond(
  prometheus: PrometheusView,
  atSeconds: number,
  { models, windowSeconds }: LoadQuestion,
): number | null {
  const scraped = prometheus.at(atSeconds);
  const matchers = { model: models };
  const completed = rates(scraped, { family: FAMILY.success, matchers }, windowSeconds);
  if (isSilent(scraped) || completed.length === 0) return null;
  const failed = rates(scraped, { family: FAMILY.failure, matchers }, windowSeconds);
  const piledUp = deltas(scraped, { family: FAMILY.pending, matchers }, windowSeconds);
  return Math.max(0, total(completed) + total(failed) + total(piledUp) / windowSeconds);
}

/**
 * Returns the mean number of requests at a time in the window, waiting or executing, by Little's law over those that were
 * answered. Null without two scrapes of any pod.
 */
export function concurrency(
  prometheus: PrometheusView,
  atSeconds: number,
  { models, windowSeconds }: LoadQuestion,
): number | null {
  const scraped: ScrapedSeries = prometheus.at(atSeconds);
  const found = rates(scraped, { family: FAMILY.requestMicros, matchers: { model: models } }, windowSeconds);
  return isSilent(scraped) || found.length === 0 ? null : total(found) / MICROS_PER_SECOND;
}

function total(vector: Vector): number {
  return vector.reduce((found, { value }) => found + value, 0);
}
