// The traffic of a recording that has no list of requests, from what its scrapes show.

import { type RecordedScrape, readRecording } from "../adapters/recording-files.ts";
import { toSeconds } from "../domain/units.ts";
import { parseExposition } from "../observe/exposition.ts";
import { isKeptMetric } from "../observe/triton-metrics.ts";
import { countsFromScrapes, type Scrape } from "../simulator/traffic/scraped-counts.ts";
import type { ScrapedTrace } from "../simulator/traffic/trace-data.ts";
import { badInput } from "./command-error.ts";

/** Returns each model's arrivals, one count a scrape interval. Throws a CommandError at a recording that is unusable. */
export async function readScrapedTraffic(directory: string): Promise<ScrapedTrace> {
  const recording = await readRecording(directory);
  if (!recording.ok) throw badInput(recording.failure);
  const { scrapes, initialReplicas, scrapeInterval, lastScrape } = recording.value;
  const replicas = [...scrapes].map(([replica, list]) => ({
    initial: initialReplicas.has(replica),
    scrapes: list.flatMap((scrape) => parsedScrape(scrape, `${directory}, replica ${replica}`)),
  }));
  return countsFromScrapes(replicas, {
    stepSeconds: toSeconds(scrapeInterval),
    endSeconds: toSeconds(lastScrape),
  });
}

/** An attempt that failed shows nothing. */
function parsedScrape({ t, text }: RecordedScrape, place: string): readonly Scrape[] {
  if (text === null) return [];
  const parsed = parseExposition(text, { keep: isKeptMetric });
  if (parsed.ok) return [{ atSeconds: toSeconds(t), samples: parsed.value }];
  const { line, message } = parsed.failure;
  throw badInput(`${place}, scrape at ${toSeconds(t)}s, line ${line}: ${message}`);
}
