// Whether a pod has had more to do than it can, and what it completed meanwhile (rule 10b of the decision semantics).

import type { ModelPolicy } from "../domain/policy.ts";
import { before, elapsed, type Instant, seconds, toSeconds } from "../domain/units.ts";
import { isFreshGauge } from "./fresh.ts";
import { type ObservedPod, type ObservedWorkload, tracksOf } from "./observed-workload.ts";
import { lastSeen, type Track } from "./track.ts";
import { COMPUTE_FAMILIES, FAMILY } from "./triton-metrics.ts";

const LOOK_BACK = seconds(60);
const SHORTEST = seconds(30);
/** Where scrapes are too far apart for the look-back, the last few may span so many of their intervals. */
const LONGEST_IN_INTERVALS = 4;
const SCRAPES_NEEDED = 3;
const EXECUTIONS_NEEDED = 3;
/** A server that keeps up has at most about one batch waiting for the one that executes: two are a backlog. */
const BATCHES_WAITING = 2;
const LEAST_WAITING = 2;
/** A model whose queue never runs dry keeps its instances busy, but for what lies between executions. */
const BUSY_RATIO = 0.9;
/** A mean over scrapes comes out a little too high where batches grew in between. */
const BUSY_EXCESS = 0.25;
const MICROS_PER_SECOND = 1e6;

/** Weighted requests/s, and inferences per execution; null where several models would be thrown together. */
export type SaturatedPod = { readonly perSecond: number; readonly batch: number | null };

/** The tracks of a model that the pod's newest scrape had. */
type CountedModel = {
  readonly weight: number;
  readonly success: readonly Track[];
  readonly executions: readonly Track[];
  readonly inferences: readonly Track[];
  /** Input, inference and output. */
  readonly compute: readonly Track[];
};

type Counted = { readonly pending: readonly Track[]; readonly models: readonly CountedModel[] };

/**
 * Returns the weighted requests/s that the pod completed over the longest time, 30–60 s up to its newest scrape, in
 * which each scrape saw at least two mean batches waiting and a model's instances were busy: bursts can leave requests
 * waiting at every scrape while the queue runs dry in between. Null where there was none, or fewer than 3 scrapes or
 * executions are in it. It begins no earlier than a restart, or than series that came or went. Where 60 s hold fewer
 * than 3 scrapes, the last 3 count if they span at most 4 scrape intervals.
 */
export function saturatedPod(workload: ObservedWorkload, pod: ObservedPod): SaturatedPod | null {
  const counted = newestCounts(workload, pod);
  if (counted === null) return null;
  const { times } = counted.pending[0] ?? NO_TRACK;
  const fewest = fewestWaiting(workload, counted);
  const newest = times.at(-1) ?? workload.at;
  const longest = Math.max(LOOK_BACK, LONGEST_IN_INTERVALS * workload.scrapeInterval);
  for (let back = fewest.length - 1; back >= SCRAPES_NEEDED - 1; back--) {
    const span = elapsed(times.at(-1 - back) ?? newest, newest);
    if (span < SHORTEST) return null;
    const isEnough = span <= longest && (fewest[back] ?? 0) >= waitingNeeded(counted, back);
    if (isEnough && isBusy(counted, back, toSeconds(span))) {
      return {
        perSecond: completions(counted, back) / toSeconds(span),
        batch: inferencesPerExecution(counted, back),
      };
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
  const countedModel = ({ name, weight }: ModelPolicy): CountedModel => ({
    weight,
    success: current(tracksOf(pod, FAMILY.success, name)),
    executions: current(tracksOf(pod, FAMILY.executions, name)),
    inferences: current(tracksOf(pod, FAMILY.inferences, name)),
    compute: COMPUTE_FAMILIES.flatMap((family) => current(tracksOf(pod, family, name))),
  });
  return { pending: current(pending), models: models.map(countedModel) };
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
function fewestWaiting({ at }: ObservedWorkload, { pending, models }: Counted): readonly number[] {
  const counters = models.flatMap(({ success, executions }) => [...success, ...executions]);
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
function waitingNeeded({ models }: Counted, back: number): number {
  const executed = models.reduce((total, { executions }) => total + increase(executions, back), 0);
  const completed = models.reduce((total, { success }) => total + increase(success, back), 0);
  if (executed < EXECUTIONS_NEEDED || completed <= 0) return Number.POSITIVE_INFINITY;
  return Math.max(LEAST_WAITING, (BATCHES_WAITING * completed) / executed);
}

function inferencesPerExecution({ models }: Counted, back: number): number | null {
  const [only, ...others] = models;
  if (only === undefined || others.length > 0 || only.inferences.length === 0) return null;
  return increase(only.inferences, back) / increase(only.executions, back);
}

/** Returns whether the instances of some model were busy all the time; whole ones, as many as were busy on average. */
function isBusy({ models }: Counted, back: number, spanSeconds: number): boolean {
  return models.some((model) => {
    if (model.compute.length === 0) return true;
    const busy = busySeconds(model, back) / spanSeconds;
    return busy >= BUSY_RATIO * Math.max(1, Math.ceil(busy - BUSY_EXCESS));
  });
}

/** Mean compute time × executions, scrape by scrape, as `readExecutions` has it. */
function busySeconds({ success, executions, compute }: CountedModel, back: number): number {
  let micros = 0;
  for (let from = back; from > 0; from--) {
    const rise = (tracks: readonly Track[]): number => valueOf(tracks, from - 1) - valueOf(tracks, from);
    const requests = rise(success);
    if (requests > 0) micros += (rise(compute) / requests) * rise(executions);
  }
  return micros / MICROS_PER_SECOND;
}

function completions({ models }: Counted, back: number): number {
  return models.reduce((total, { weight, success }) => total + weight * increase(success, back), 0);
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
