// How long replicas of a policy took from asked for to ready: a histogram that forgets, kept in the shared checkpoint.

import { elapsed, hours, type Instant, type Millis, millis, seconds, toSeconds } from "./units.ts";

/** Bounds grow by a tenth from 5 s to 2 h: a quantile is at most that much above the start that it stands for. */
const BOUNDS_SECONDS: readonly number[] = boundsSeconds({ from: 5, to: 7200, ratio: 1.1 });
/** The index of the last bucket; every longer start counts in it. */
export const LAST_BUCKET = BOUNDS_SECONDS.length - 1;
/** A start counts half as much a day later. */
const HALF_LIFE = hours(24);
/** Buckets with less than this share of one new start are dropped. */
const WEIGHT_MIN = 0.001;
/** What the policy expects fills up to this many starts: of fewer, the 90th percentile would be the longest one. */
const PRIOR_STARTS = 10;
/** Fewer starts than this say nothing yet. */
const STARTS_MIN = 3;
/** What was seen counts within this many times what the policy expects, and no less than the same part of it. */
export const TRUST_RATIO = 4;

/** How much starts of one bucket count, in new starts. */
export type StartupWeight = { readonly bucket: number; readonly weight: number };

export type StartupTimes = {
  /** When the last start ended: weights are as of then. Null = none was seen. */
  readonly at: Instant | null;
  /** Starts that were seen, however long ago. */
  readonly starts: number;
  /** By bucket, ascending. */
  readonly weights: readonly StartupWeight[];
};

/** Replicas that are desired and not ready, `count` of them since `at`. */
export type StartsUnderWay = {
  readonly at: Instant;
  readonly count: number;
  /** They were asked for at `at`; else they turned up missing then, and are no starts to learn from. */
  readonly isTimed: boolean;
};

/** More entries than this are not kept: the oldest are put together. */
export const UNDER_WAY_MAX = 64;

/** What a policy's state holds of its starts. */
export type StartupMemory = {
  readonly times: StartupTimes;
  /** Desired replicas at the last tick that knew them and the ready ones. */
  readonly lastSeen: { readonly at: Instant; readonly desired: number } | null;
  /** Oldest first; together exactly the replicas that were missing at `lastSeen`. */
  readonly underWay: readonly StartsUnderWay[];
};

export const NO_STARTUP_MEMORY: StartupMemory = {
  times: { at: null, starts: 0, weights: [] },
  lastSeen: null,
  underWay: [],
};

/** What is known of a policy's starts. */
export type StartupFigures = {
  /** Starts that were seen. */
  readonly starts: number;
  /** Null while fewer than three were. */
  readonly p50: Millis | null;
  readonly p90: Millis | null;
  /** What decisions take for a start: the p90 within a quarter and four times of what the policy expects. */
  readonly reckonedWith: Millis;
};

/** Returns what is known of a policy's starts, of which it expects that they take `expected`. */
export function startupFigures(times: StartupTimes, expected: Millis): StartupFigures {
  const { starts } = times;
  if (starts < STARTS_MIN) return { starts, p50: null, p90: null, reckonedWith: expected };
  const p90 = quantile(times, 0.9, expected);
  const reckonedWith = millis(Math.min(TRUST_RATIO * expected, Math.max(expected / TRUST_RATIO, p90)));
  return { starts, p50: quantile(times, 0.5, expected), p90, reckonedWith };
}

/** Returns the times with `count` starts in them that took `span` and ended at `at`, which is never before the last. */
export function observed(
  times: StartupTimes,
  span: Millis,
  { at, count = 1 }: { readonly at: Instant; readonly count?: number },
): StartupTimes {
  const bucket = bucketOf(toSeconds(span));
  const decay = times.at === null ? 1 : 2 ** (-Math.max(0, elapsed(times.at, at)) / HALF_LIFE);
  const kept = times.weights
    .map((entry) => ({ ...entry, weight: entry.weight * decay }))
    .filter(({ weight }) => weight >= WEIGHT_MIN);
  const before = kept.find((entry) => entry.bucket === bucket)?.weight ?? 0;
  const others = kept.filter((entry) => entry.bucket !== bucket);
  const weights = [...others, { bucket, weight: before + count }].sort(
    (one, other) => one.bucket - other.bucket,
  );
  return { at, starts: times.starts + count, weights };
}

/**
 * Returns the span within which a share of the starts was ready, to the upper bound of its bucket. `prior` counts as a
 * start where there is less evidence than ten recent starts give: alone it is the answer.
 */
export function quantile(times: StartupTimes, ratio: number, prior: Millis): Millis {
  const evidence = times.weights.reduce((sum, { weight }) => sum + weight, 0);
  const counted = [
    ...times.weights.map(({ bucket, weight }) => ({ span: boundOf(bucket), weight })),
    { span: prior, weight: Math.max(0, PRIOR_STARTS - evidence) },
  ].sort((one, other) => one.span - other.span);
  const wanted = ratio * Math.max(PRIOR_STARTS, evidence);
  let sum = 0;
  let reached = prior;
  for (const { span, weight } of counted) {
    if (weight === 0) continue;
    sum += weight;
    reached = span;
    // Sums of fractions: a hair below the wanted share is the share.
    if (sum >= wanted - 1e-9) return span;
  }
  return reached;
}

function bucketOf(spanSeconds: number): number {
  const bucket = BOUNDS_SECONDS.findIndex((bound) => spanSeconds <= bound);
  return bucket === -1 ? LAST_BUCKET : bucket;
}

function boundOf(bucket: number): Millis {
  return seconds(BOUNDS_SECONDS[bucket] ?? 0);
}

/** The last bound is `to` itself. */
function boundsSeconds({
  from,
  to,
  ratio,
}: {
  readonly from: number;
  readonly to: number;
  readonly ratio: number;
}): number[] {
  const bounds: number[] = [];
  for (let bound = from; bound < to; bound *= ratio) bounds.push(bound);
  return [...bounds, to];
}
