// A workload's series as a Prometheus server beside it would have them when a query comes.

import { after, seconds } from "../../../domain/units.ts";
import { isSilent, LOOKBACK_SECONDS, type ScrapedSeries } from "../../promql/scraped-series.ts";
import type { Vector } from "../../promql/vector.ts";
import type { ScalerView } from "../scaler.ts";

/** Answers queries of one scaler. The last instant's samples are kept: several queries ask for the same ones. */
export class PrometheusView {
  readonly #view: ScalerView;
  readonly #spanSeconds: number;
  #last: { readonly atSeconds: number; readonly scraped: ScrapedSeries } | null = null;

  /** The samples reach back five minutes, or over the longest window that is asked about and a scrape before it. */
  constructor(view: ScalerView, longestWindowSeconds = 0) {
    this.#view = view;
    this.#spanSeconds = Math.max(LOOKBACK_SECONDS, longestWindowSeconds + 2 * view.scrapeIntervalSeconds);
  }

  /** Returns what a query that is evaluated at a time sees; the newest `lagSeconds` have not been taken in yet. */
  at(atSeconds: number): ScrapedSeries {
    if (this.#last?.atSeconds === atSeconds) return this.#last.scraped;
    const { start, lagSeconds, scrapeIntervalSeconds } = this.#view;
    const scraped: ScrapedSeries = {
      samples: this.#view.samples(atSeconds - lagSeconds, this.#spanSeconds),
      at: after(start, seconds(atSeconds)),
      scrapeIntervalSeconds,
    };
    this.#last = { atSeconds, scraped };
    return scraped;
  }

  /** Returns the answer to a query at any time; null while Prometheus itself is down. */
  asked(query: (scraped: ScrapedSeries) => Vector): (atSeconds: number) => Vector | null {
    return (atSeconds) => {
      const scraped = this.at(atSeconds);
      return isSilent(scraped) ? null : query(scraped);
    };
  }
}
