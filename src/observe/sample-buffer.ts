// The recent past of every pod that is scraped: series by their own times, bounded in time and in number.

import type { Scrape, Series, SeriesLabels } from "../domain/samples.ts";
import { before, elapsed, type Instant, type Millis } from "../domain/units.ts";
import type { ExpositionSample } from "./exposition.ts";
import { countUntil } from "./window.ts";

const DEFAULT_MAX_SERIES_PER_POD = 20_000;
const DECIMAL = /^[+-]?([0-9]{1,15}\.?[0-9]{0,15}|\.[0-9]{1,15})([eE][+-]?[0-9]{1,3})?$/;

type Track<Value> = { readonly times: Instant[]; readonly values: Value[] };
/** What tells a series from the others of its pod; one object for all pods. */
type SeriesName = { readonly family: string; readonly labels: SeriesLabels };
type PodTrack = { readonly scrapes: Track<boolean>; readonly series: Map<SeriesName, Track<number>> };

/** Samples of one series with all its labels, as a source has them; unknown labels are left out. */
export type AddedSeries = {
  readonly family: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly times: readonly Instant[];
  readonly values: readonly number[];
};

export class SampleBuffer {
  private readonly keep: Millis;
  private readonly maxSeriesPerPod: number;
  private readonly podTracks = new Map<string, PodTrack>();
  /** Replicas of a server have the same series: each name is kept, and looked up, once. */
  private readonly names = new Map<string, SeriesName>();
  private sweptAt: Instant | null = null;

  /** Keeps the last `keep` of time, and of each series one sample more; new series beyond the limit are left out. */
  constructor(options: { readonly keep: Millis; readonly maxSeriesPerPod?: number }) {
    this.keep = options.keep;
    this.maxSeriesPerPod = options.maxSeriesPerPod ?? DEFAULT_MAX_SERIES_PER_POD;
  }

  /** Takes in a successful scrape. One that is older than the pod's newest is ignored. */
  scraped(pod: string, at: Instant, samples: readonly ExpositionSample[]): void {
    const track = this.tried(pod, at, true);
    if (track === null) return;
    for (const { name, labels, value } of samples) {
      const series = this.seriesOf(track, name, labels);
      if (series !== null) append(series, at, value);
    }
    this.sweep(at);
  }

  /** Takes in a scrape that failed. */
  failed(pod: string, at: Instant): void {
    if (this.tried(pod, at, false) !== null) this.sweep(at);
  }

  /** Takes in attempts in any order, known ones among them; of two at one time a success counts. */
  addScrapes(pod: string, times: readonly Instant[], ups: readonly boolean[]): void {
    const { scrapes } = this.track(pod);
    times.forEach((at, index) => {
      insert(scrapes, at, ups[index] ?? false);
    });
  }

  /** Takes in samples of one series in any order, known ones among them; of two at one time the larger stays. */
  addSeries(pod: string, { family, labels, times, values }: AddedSeries): void {
    const series = this.seriesOf(this.track(pod), family, labels);
    if (series === null) return;
    for (let index = 0; index < times.length; index += 1) {
      const at = times[index];
      if (at !== undefined) insert(series, at, values[index] ?? Number.NaN);
    }
  }

  /** Forgets what has become older than `keep`, a pod a step, so that a large fleet can be gone through in slices. */
  *forgetting(now: Instant): Generator<void, void> {
    if (!this.isSweepDue(now)) return;
    for (const pod of this.podTracks.keys()) {
      this.sweepPod(pod, before(now, this.keep));
      yield;
    }
    this.forgetNames();
  }

  /** Returns the pod's attempts in (at − span, at] and the last one before, oldest first. */
  scrapes(pod: string, at: Instant, span: Millis): readonly Scrape[] {
    const track = this.podTracks.get(pod)?.scrapes;
    if (track === undefined) return [];
    const { times, values } = reach(track, at, span);
    return times.map((time, index) => ({ at: time, up: values[index] ?? false }));
  }

  /** Returns the pod's series with their samples in (at − span, at] and the last one before; none without samples. */
  series(pod: string, at: Instant, span: Millis): readonly Series[] {
    const found: Series[] = [];
    for (const [{ family, labels }, track] of this.podTracks.get(pod)?.series ?? []) {
      const { times, values } = reach(track, at, span);
      if (times.length > 0) found.push({ family, labels, times, values });
    }
    return found;
  }

  /** Returns the pods that were tried within `keep`, in the order of their first attempt. */
  pods(): readonly string[] {
    return [...this.podTracks.keys()];
  }

  private track(pod: string): PodTrack {
    let track = this.podTracks.get(pod);
    if (track === undefined) {
      track = { scrapes: { times: [], values: [] }, series: new Map() };
      this.podTracks.set(pod, track);
    }
    return track;
  }

  /** Returns the pod's series of that name; null where it is new and one too many. */
  private seriesOf(
    { series }: PodTrack,
    family: string,
    labels: Readonly<Record<string, string>>,
  ): Track<number> | null {
    const name = this.nameOf(family, labels);
    const known = series.get(name);
    if (known !== undefined) return known;
    if (series.size >= this.maxSeriesPerPod) return null;
    const track = { times: [], values: [] };
    series.set(name, track);
    return track;
  }

  private nameOf(family: string, labels: Readonly<Record<string, string>>): SeriesName {
    const kept = seriesLabels(labels);
    const key = seriesKey(family, kept);
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const name = { family, labels: kept };
    this.names.set(key, name);
    return name;
  }

  /** Forgets names that no pod has any more. */
  private forgetNames(): void {
    const used = new Set<SeriesName>();
    for (const { series } of this.podTracks.values()) for (const name of series.keys()) used.add(name);
    for (const [key, name] of this.names) if (!used.has(name)) this.names.delete(key);
  }

  private tried(pod: string, at: Instant, up: boolean): PodTrack | null {
    const track = this.track(pod);
    const newest = track.scrapes.times.at(-1);
    if (newest !== undefined && newest > at) return null;
    const previous = track.scrapes.values.at(-1);
    if (newest !== at) append(track.scrapes, at, up);
    else track.scrapes.values[track.scrapes.values.length - 1] = up || previous === true;
    return track;
  }

  /** Drops what is older than `keep`, an eighth of it at a time: each sweep looks at every series. */
  private sweep(now: Instant): void {
    if (!this.isSweepDue(now)) return;
    for (const pod of this.podTracks.keys()) this.sweepPod(pod, before(now, this.keep));
    this.forgetNames();
  }

  private isSweepDue(now: Instant): boolean {
    if (this.sweptAt !== null && Math.abs(elapsed(this.sweptAt, now)) * 8 < this.keep) return false;
    this.sweptAt = now;
    return true;
  }

  private sweepPod(pod: string, oldest: Instant): void {
    const track = this.podTracks.get(pod);
    if (track === undefined) return;
    const { scrapes, series } = track;
    trim(scrapes, oldest);
    for (const [key, each] of series) {
      trim(each, oldest);
      if ((each.times.at(-1) ?? oldest) <= oldest) series.delete(key);
    }
    if (series.size === 0 && (scrapes.times.at(-1) ?? oldest) <= oldest) this.podTracks.delete(pod);
  }
}

/** Adds a sample. Two at one time are one series under labels that are left out: the larger stays, whatever the order. */
function append<Value extends number | boolean>(track: Track<Value>, at: Instant, value: Value): void {
  const last = track.times.length - 1;
  if (last < 0 || (track.times[last] ?? at) < at) {
    track.times.push(at);
    track.values.push(value);
    return;
  }
  const present = track.values[last];
  if (present === undefined || Number.isNaN(present) || value > present) track.values[last] = value;
}

/** Adds a sample at its place in time. */
function insert<Value extends number | boolean>(track: Track<Value>, at: Instant, value: Value): void {
  const newest = track.times.at(-1);
  if (newest === undefined || newest <= at) {
    append(track, at, value);
    return;
  }
  const index = countUntil(track.times, at);
  const present = track.values[index - 1];
  if (present === undefined || track.times[index - 1] !== at) {
    track.times.splice(index, 0, at);
    track.values.splice(index, 0, value);
  } else if (Number.isNaN(present) || value > present) track.values[index - 1] = value;
}

/** Removes what is before the last sample at or before `oldest`. */
function trim(track: Track<unknown>, oldest: Instant): void {
  const first = countUntil(track.times, oldest) - 1;
  if (first <= 0) return;
  track.times.splice(0, first);
  track.values.splice(0, first);
}

function reach<Value>(track: Track<Value>, at: Instant, span: Millis): Track<Value> {
  const from = Math.max(0, countUntil(track.times, before(at, span)) - 1);
  const to = countUntil(track.times, at);
  return { times: track.times.slice(from, to), values: track.values.slice(from, to) };
}

function seriesLabels(labels: Readonly<Record<string, string>>): SeriesLabels {
  return {
    model: label(labels, "model"),
    version: label(labels, "version"),
    gpuUuid: label(labels, "gpu_uuid"),
    reason: label(labels, "reason"),
    quantile: numericLabel(labels, "quantile"),
    le: numericLabel(labels, "le"),
  };
}

function label(labels: Readonly<Record<string, string>>, name: string): string | null {
  return Object.hasOwn(labels, name) ? (labels[name] ?? null) : null;
}

/** Bounds are equal as numbers: "200" and "200.0" name one bucket. */
function numericLabel(labels: Readonly<Record<string, string>>, name: string): string | null {
  const text = label(labels, name);
  return text !== null && DECIMAL.test(text) ? String(Number(text)) : text;
}

function seriesKey(family: string, { model, version, gpuUuid, reason, quantile, le }: SeriesLabels): string {
  let key = family;
  for (const value of [model, version, gpuUuid, reason, quantile, le]) {
    // The length tells values apart that hold the separator.
    key += value === null ? ";" : `;${value.length}:${value}`;
  }
  return key;
}
