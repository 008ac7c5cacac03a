// The samples of a workload as the estimators read them: pods by name, usable tracks by family and model.

import type { Policy } from "../domain/policy.ts";
import type { PodSamples, ReplicaReading, Series, SeriesLabels, WorkloadSamples } from "../domain/samples.ts";
import type { Instant, Millis } from "../domain/units.ts";
import { SampleRanges } from "./sample-ranges.ts";
import { SeriesLayout } from "./series-layout.ts";
import { lastSeen, later, type Track, usableTrack } from "./track.ts";

export type ObservedPod = {
  readonly name: string;
  readonly appearedAt: Instant | null;
  readonly ready: boolean | null;
  readonly expected: boolean;
  /** When attempts to scrape it were made, ascending. */
  readonly triedAt: readonly Instant[];
  readonly lastUpAt: Instant | null;
  /** Failed attempts since the last success. */
  readonly failuresInARow: number;
  readonly layout: SeriesLayout;
  /** By the layout's places. Usually a model has one series of a family; the order of several is that of their labels. */
  readonly tracks: readonly (readonly Track[])[];
};

/** What increases are asked for of. */
export type IncreaseKind =
  | "success"
  | "failure"
  | "rejected"
  | "requestMicros"
  | "queueMicros"
  | "inputMicros"
  | "inferMicros"
  | "outputMicros"
  /** Input, inference and output. */
  | "computeMicros"
  | "inferences"
  | "executions"
  /** By summaries or the histogram: these count on where the counters are switched off. */
  | "observed";

/** What pods counted for a model in a window, in columns: entries at one place are those of one pod. */
export type ModelIncreases = {
  /** Those that have the model's success counter in the window, by name. */
  readonly pods: readonly ObservedPod[];
  /** By what an increase is divided to give a rate; null = two samples are needed and there are not. */
  readonly seconds: readonly (number | null)[];
  /** Returns the increases of one kind; a pod counts 0 of a family that it does not have. */
  of(kind: IncreaseKind): readonly number[];
};

/** All that an estimator needs; `at` is the instant against which windows and ages are measured. */
export type ObservedWorkload = {
  readonly at: Instant;
  readonly policy: Policy;
  /** Up to when it is known which pods were tried: at most `at`, earlier while the source cannot be read. */
  readonly knownUntil: Instant;
  readonly maxAge: Millis;
  readonly scrapeInterval: Millis;
  /** By name, each once. */
  readonly pods: readonly ObservedPod[];
  /** E of the semantics. */
  readonly expected: number;
  /** Where the samples of a window are found in a series. */
  readonly ranges: SampleRanges;
  /** What was found of a model in a window, so that it is summed up once for all signals of a tick. */
  readonly increases: Map<string, ModelIncreases>;
};

/** Returns the samples indexed; the order of pods and series in them, and repeated ones, make no difference. */
export function observeWorkload(input: {
  readonly at: Instant;
  readonly policy: Policy;
  readonly scrapeInterval: Millis;
  readonly samples: WorkloadSamples;
}): ObservedWorkload {
  const { at, policy, scrapeInterval, samples } = input;
  const byName = groupedBy(samples.pods, ({ pod }) => pod);
  let layout = new SeriesLayout([]);
  const pods = [...byName.values()].map((same) => {
    const pod = merged(same);
    if (!layout.fits(pod.series)) layout = new SeriesLayout(pod.series);
    return observedPod(pod, layout, at);
  });
  pods.sort((a, b) => order(a.name, b.name));
  const expected = Math.max(pods.filter((pod) => pod.expected).length, countedReady(samples.replicas));
  const { maxAge } = policy.missingData;
  const knownUntil = samples.knownUntil !== undefined && samples.knownUntil < at ? samples.knownUntil : at;
  return {
    at,
    policy,
    knownUntil,
    maxAge,
    scrapeInterval,
    pods,
    expected,
    ranges: new SampleRanges(maxAge),
    increases: new Map(),
  };
}

/** A source that sees pods only by their samples knows of one that was never scraped by the count alone. */
function countedReady({ source, ready }: ReplicaReading): number {
  return source === "kube-state-metrics" ? (ready ?? 0) : 0;
}

/** Returns the pod's tracks of a family for a model (every version and GPU), or of a family without that label. */
export function tracksOf(pod: ObservedPod, family: string, model: string | null): readonly Track[] {
  const place = pod.layout.numberOf(model ?? "", family);
  return place === undefined ? NO_TRACKS : (pod.tracks[place] ?? NO_TRACKS);
}

const NO_TRACKS: readonly Track[] = [];

function observedPod(samples: PodSamples, layout: SeriesLayout, at: Instant): ObservedPod {
  const newest = samples.scrapes.at(-1);
  const isPast = newest === undefined || newest.at <= at;
  const scrapes = isPast ? samples.scrapes : samples.scrapes.filter((scrape) => scrape.at <= at);
  const tracks = tracksByPlace(samples.series, layout, at);
  const lastSeenAt = lastSeenOf(tracks);
  const lastUp = scrapes.findLastIndex(({ up }) => up);
  const triedAt = scrapes.map((scrape) => scrape.at);
  return {
    name: samples.pod,
    appearedAt: samples.appearedAt,
    ready: samples.ready,
    expected: samples.expected,
    // A source that does not report attempts is taken to have made one at each sample.
    triedAt: triedAt.length === 0 && lastSeenAt !== null ? [lastSeenAt] : triedAt,
    lastUpAt: scrapes[lastUp]?.at ?? lastSeenAt,
    failuresInARow: scrapes.length - 1 - lastUp,
    layout,
    tracks,
  };
}

function lastSeenOf(tracks: ObservedPod["tracks"]): Instant | null {
  let seen: Instant | null = null;
  for (const group of tracks) seen = later(seen, lastSeen(group));
  return seen;
}

function tracksByPlace(all: readonly Series[], { places }: SeriesLayout, at: Instant): ObservedPod["tracks"] {
  return places.map((indices) => {
    const [index = 0] = indices;
    const only = all[index];
    if (indices.length === 1 && only !== undefined) return [usableTrack(only, at)];
    const group = indices.flatMap((each) => all[each] ?? []);
    return distinct(group).map((series) => usableTrack(series, at));
  });
}

/** Returns each series once, by its labels. */
function distinct(group: readonly Series[]): readonly Series[] {
  const byKey = groupedBy(group, seriesKey);
  return [...byKey.keys()].sort(order).flatMap((key) => mergedSeries(byKey.get(key) ?? []) ?? []);
}

/** Returns one pod out of several readings of it (a pod that is scraped twice). */
function merged(pods: readonly PodSamples[]): PodSamples {
  const [first, ...others] = pods;
  if (first === undefined || others.length === 0) return first ?? NO_POD;
  const upAt = new Map<Instant, boolean>();
  for (const { scrapes } of pods) for (const { at, up } of scrapes) upAt.set(at, up || upAt.get(at) === true);
  const known = pods.flatMap(({ appearedAt }) => appearedAt ?? []).sort((a, b) => a - b);
  const readiness = pods.flatMap(({ ready }) => ready ?? []);
  return {
    pod: first.pod,
    appearedAt: known[0] ?? null,
    ready: readiness.length === 0 ? null : readiness.includes(true),
    expected: pods.some(({ expected }) => expected),
    scrapes: [...upAt].map(([at, up]) => ({ at, up })).sort((a, b) => a.at - b.at),
    series: pods.flatMap(({ series }) => series),
  };
}

const NO_POD: PodSamples = {
  pod: "",
  appearedAt: null,
  ready: null,
  expected: false,
  scrapes: [],
  series: [],
};

/** Returns one series out of several of the same labels; of two samples of one time the larger. */
function mergedSeries(all: readonly Series[]): Series | null {
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return first ?? null;
  const valueAt = new Map<Instant, number>();
  for (const { times, values } of all) {
    times.forEach((time, index) => {
      const value = values[index] ?? NaN;
      const present = valueAt.get(time);
      if (present === undefined || Number.isNaN(present) || value > present) valueAt.set(time, value);
    });
  }
  const times = [...valueAt.keys()].sort((a, b) => a - b);
  return { ...first, times, values: times.map((time) => valueAt.get(time) ?? NaN) };
}

/** Keys by the labels that they were made of: a source hands over the same objects tick after tick. */
const madeKeys = new WeakMap<SeriesLabels, { readonly family: string; readonly key: string }>();

function seriesKey({ family, labels }: Series): string {
  const made = madeKeys.get(labels);
  if (made?.family === family) return made.key;
  const { model, version, gpuUuid, reason, quantile, le } = labels;
  const key = JSON.stringify([family, model, version, gpuUuid, reason, quantile, le]);
  madeKeys.set(labels, { family, key });
  return key;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
