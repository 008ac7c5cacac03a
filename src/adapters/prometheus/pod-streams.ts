// A pod may be scraped more than once: by two replicas of Prometheus, under a new address, or beside a sidecar. One
// stream of scrapes and their samples at a time counts.

import type { Scrape, Series } from "../../domain/samples.ts";
import { type Instant, instant, type Millis, millis } from "../../domain/units.ts";

/** The scrapes of one pod by one scraper under one address, and the samples that they gave. */
export type Stream = {
  readonly identity: string;
  readonly scrapes: readonly Scrape[];
  readonly series: readonly Series[];
};

/** A stream whose newest attempt is this many intervals older than another's is over. */
const CURRENT_INTERVALS = 1.5;

/**
 * Returns the one stream that stands for the pod: of those that have samples and are current the first by name, and
 * before its beginning what the others had. So a counter never seems to fall because two scrapers take turns.
 */
export function chosenStream(streams: readonly Stream[], scrapeInterval: Millis): Stream | null {
  const withSamples = streams.filter(({ series }) => series.length > 0);
  const candidates = withSamples.length > 0 ? withSamples : streams;
  const [only, ...others] = candidates;
  if (only === undefined || others.length === 0) return only ?? null;
  const newest = Math.max(...candidates.map(lastAttempt));
  const isCurrent = (stream: Stream): boolean =>
    lastAttempt(stream) >= newest - millis(CURRENT_INTERVALS * scrapeInterval);
  const primary = [...candidates].filter(isCurrent).sort(byIdentity)[0] ?? only;
  const start = firstAttempt(primary);
  const earlier = candidates.filter((stream) => stream !== primary && firstAttempt(stream) < start);
  if (earlier.length === 0) return primary;
  return {
    identity: primary.identity,
    scrapes: earlier
      .flatMap(({ scrapes }) => scrapes.filter(({ at }) => at < start))
      .sort((one, other) => one.at - other.at)
      .concat(primary.scrapes),
    series: [
      ...earlier.flatMap(({ series }) => series.flatMap((each) => cut(each, start))),
      ...primary.series,
    ],
  };
}

function cut(series: Series, end: Instant): readonly Series[] {
  const count = series.times.filter((time) => time < end).length;
  if (count === 0) return [];
  return [{ ...series, times: series.times.slice(0, count), values: series.values.slice(0, count) }];
}

function lastAttempt({ scrapes, series }: Stream): number {
  return Math.max(
    scrapes.at(-1)?.at ?? Number.NEGATIVE_INFINITY,
    scrapes.length > 0
      ? Number.NEGATIVE_INFINITY
      : Math.max(...series.map(({ times }) => times.at(-1) ?? Number.NEGATIVE_INFINITY)),
  );
}

function firstAttempt({ scrapes, series }: Stream): Instant {
  const [first] = scrapes;
  if (first !== undefined) return first.at;
  const times = series.flatMap(({ times: [earliest] }) => earliest ?? []);
  return times.reduce(
    (least, time) => (time < least ? time : least),
    times[0] ?? instant(Number.MAX_SAFE_INTEGER),
  );
}

function byIdentity(one: Stream, other: Stream): number {
  return one.identity < other.identity ? -1 : one.identity > other.identity ? 1 : 0;
}
