// A workload's series as a Prometheus server beside it would have them when a query comes.

import { after, seconds } from "../../../domain/units.ts";
import { isSilent, LOOKBACK_SECONDS, type ScrapedSeries } from "../../promql/scraped-series.ts";
import type { Vector } from "../../promql/vector.ts";
import type { ScalerView } from "../scaler.ts";

/** Returns what a query that is evaluated at a time sees; the newest `lagSeconds` have not been taken in yet. */
export function scrapedAt(view: ScalerView, atSeconds: number): ScrapedSeries {
  return {
    samples: view.samples(atSeconds - view.lagSeconds, LOOKBACK_SECONDS),
    at: after(view.start, seconds(atSeconds)),
    scrapeIntervalSeconds: view.scrapeIntervalSeconds,
  };
}

/** Returns the answer to a query at any time; null while Prometheus itself is down. */
export function asked(
  view: ScalerView,
  query: (scraped: ScrapedSeries) => Vector,
): (atSeconds: number) => Vector | null {
  return (atSeconds) => {
    const scraped = scrapedAt(view, atSeconds);
    return isSilent(scraped) ? null : query(scraped);
  };
}
