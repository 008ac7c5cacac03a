// Whether a pod has had more to do than it can, and what it completed meanwhile (rule 10b of the decision semantics).

import { before, elapsed, type Instant, seconds, toSeconds } from "../domain/units.ts";
import { isFreshGauge } from "./fresh.ts";
import { type ObservedPod, type ObservedWorkload, tracksOf } from "./observed-workload.ts";
import { lastSeen, type Track } from "./track.ts";
import { FAMILY } from "./triton-metrics.ts";

const LOOK_BACK = seconds(60);
const SHORTEST = seconds(30);
/** Where scrapes are too far apart for the look-back, the last few may span so many of their intervals. */
const LONGEST_IN_INTERVALS = 4;
const SCRAPES_NEEDED = 3;
const EXECUTIONS_NEEDED = 3;
/** A server that keeps up has at most about one batch waiting for the one that executes: two are a backlog. */
const BATCHES_WAITING = 2;
const LEAST_WAITING = 2;

/** The tracks of a pod that its newest scrape had. */
type Counted = {
  readonly pending: readonly Track[];
  readonly executions: readonly Track[];
  readonly success: readonly { readonly weight: number; readonly tracks: readonly Track[] }[];
};

/**
 * Returns the weighted requests/s that the pod completed over the longest time, 30–60 s up to its newest scrape, in
 * which each scrape saw at least two mean batches waiting. Null where there was none, or fewer than 3 scrapes or
 * executions are in it. It begins no earlier than a restart, or than series that came or went. Where 60 s hold fewer
 * than 3 scrapes, the last 3 count if they span at most 4 scrape intervals.
 */
export function saturatedRate(workload: ObservedWorkload, pod: ObservedPod): number | null {
  const counted = newestCounts(workload, pod);
  if (counted === null) return null;
  const { times } = counted.pending[0] ?? NO_TRACK;
  const fewest = fewestWaiting(workload, counted);
  const newest = times.at(-1) ?? workload.at;
  const longest = Math.max(LOOK_BACK, LONGEST_IN_INTERVALS * workload.scrapeInterval);
  for (let back = fewest.length - 1; back >= SCRAPES_NEEDED - 1; back--) {
    const span = elapsed(times.at(-1 - back) ?? newest, newest);
    if (span < SHORTEST) return null;
    if (span <= longest && (fewest[back] ?? 0) >= waitingNeeded(counted, back)) {
      return completions(counted, back) / toSeconds(span);
    }
  }
  return null;
}

const NO_TRACK: Pick<Track, "times"> = { times: [] };

/** Returns null where too little waits, as on most pods, or where the newest scrape cannot be relied on. */
function newestCounts(workload: ObservedWorkload, pod: ObservedPod): Counted | null {
  const { models } = workload.policy;
  const pending = ofModels(workload, pod, FAMILY.pending);
  for (let back = 0; back < SCRAPES_NEEDED; back++) if (valueOf(pending, back) < LEAST_WAITING) return null;
  if (!isFreshGauge(workload, pod, pending)) return null;
  const newest = lastSeen(pending);
  const current = (tracks: readonly Track[]): readonly Track[] =>
    tracks.filter(({ lastSeenAt }) => lastSeenAt === newest);
  return {
    pending: current(pending),
    executions: current(ofModels(workload, pod, FAMILY.executions)),
    success: models.map(({ name, weight }) => ({
      weight,
      tracks: current(tracksOf(pod, FAMILY.success, name)),
    })),
  };
}

/** Most policies have one model. */
function ofModels({ policy }: ObservedWorkload, pod: ObservedPod, family: string): readonly Track[] {
  const [first, ...others] = policy.models;
  if (first === undefined || others.length === 0) return tracksOf(pod, family, first?.name ?? null);
  return policy.models.flatMap(({ name }) => tracksOf(pod, family, name));
}

/**
 * Returns, by the number of scrapes back from the newest, the fewest requests that waited at any scrape since: as far
 * back as enough waited, every series has its sample and no counter fell.
 */
function fewestWaiting(
  { at }: ObservedWorkload,
  { pending, executions, success }: Counted,
): readonly number[] {
  const counters = [...executions, ...success.flatMap(({ tracks }) => tracks)];
  const { times } = pending[0] ?? NO_TRACK;
  const opens = before(at, LOOK_BACK);
  const fewest: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let back = 0; back < times.length; back++) {
    const time = times[times.length - 1 - back] ?? at;
    least = Math.min(least, valueOf(pending, back));
    const isPast = time <= opens && back >= SCRAPES_NEEDED;
    if (isPast || least < LEAST_WAITING) break;
    if (!haveSample(pending, back, time) || !haveSample(counters, back, time) || hasFallen(counters, back))
      break;
    fewest.push(least);
  }
  return fewest;
}

function haveSample(tracks: readonly Track[], back: number, time: Instant): boolean {
  for (const { times } of tracks) if (times[times.length - 1 - back] !== time) return false;
  return true;
}

/** Returns whether any counter is lower one scrape later. */
function hasFallen(counters: readonly Track[], back: number): boolean {
  if (back === 0) return false;
  for (const { values } of counters) {
    const index = values.length - 1 - back;
    if ((values[index + 1] ?? 0) < (values[index] ?? 0)) return true;
  }
  return false;
}

/** Returns how many requests must wait at each of the last scrapes; infinitely many where too little was executed. */
function waitingNeeded({ executions, success }: Counted, back: number): number {
  const executed = increase(executions, back);
  const completed = success.reduce((total, { tracks }) => total + increase(tracks, back), 0);
  if (executed < EXECUTIONS_NEEDED || completed <= 0) return Number.POSITIVE_INFINITY;
  return Math.max(LEAST_WAITING, (BATCHES_WAITING * completed) / executed);
}

function completions({ success }: Counted, back: number): number {
  return success.reduce((total, { weight, tracks }) => total + weight * increase(tracks, back), 0);
}

/** Returns by how much the counters rose since the scrape `back` before the newest; they did not fall in between. */
function increase(tracks: readonly Track[], back: number): number {
  return valueOf(tracks, 0) - valueOf(tracks, back);
}

function valueOf(tracks: readonly Track[], back: number): number {
  let total = 0;
  for (const { values } of tracks) total += values[values.length - 1 - back] ?? 0;
  return total;
}
