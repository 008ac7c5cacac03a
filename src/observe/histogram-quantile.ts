// Percentiles of a histogram that several servers filled: increments are merged on the edges that all of them have.

import { totalIncrease } from "./increase.ts";
import { type ObservedWorkload, tracksOf } from "./observed-workload.ts";
import type { SampleRanges } from "./sample-ranges.ts";
import type { Track } from "./track.ts";
import { FAMILY } from "./triton-metrics.ts";
import type { Window } from "./window.ts";

const BUCKETS = `${FAMILY.responseHistogram}_bucket`;
/** A bucket wider than this, upper ÷ lower edge, is too coarse to interpolate in. */
const WIDEST_BUCKET_RATIO = 1.5;

/** Increments of a window, cumulative: `counts[i]` requests took at most `edges[i]`; the last edge is infinite. */
export type Histogram = {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** The same of each pod that counted any, in the order of the pods. */
  readonly byPod: readonly (readonly number[])[];
};

/** A place in a histogram; `narrow` = between edges that lie close enough to trust the interpolation. */
export type HistogramQuantile = { readonly value: number; readonly narrow: boolean };

type Buckets = ReadonlyMap<number, number>;

/** Returns the model's response times in a window over all pods, in milliseconds; null where nothing was counted. */
export function responseHistogram(
  workload: ObservedWorkload,
  model: string,
  window: Window,
): Histogram | null {
  const pods = workload.pods.map((pod) => {
    const tracks = tracksOf(pod, BUCKETS, model);
    if (tracks.length === 0) return [];
    return bucketsByServer(tracks, window, workload.ranges).filter((buckets) => totalOf(buckets) > 0);
  });
  const servers = pods.flat();
  const [first] = servers;
  if (first === undefined) return null;
  const edges = [...first.keys()].filter((edge) => servers.every((buckets) => buckets.has(edge)));
  edges.sort((a, b) => a - b);
  const byPod = pods.filter((own) => own.length > 0).map((own) => cumulative(edges, own));
  return { edges, counts: edges.map((_, index) => sumAt(byPod, index)), byPod };
}

/** Returns the value that `percentile` % of the requests do not exceed; null in the open last bucket or without any. */
export function histogramQuantile(
  edges: readonly number[],
  counts: readonly number[],
  percentile: number,
): HistogramQuantile | null {
  const rank = ((counts.at(-1) ?? 0) * percentile) / 100;
  const index = rank > 0 ? counts.findIndex((count) => count >= rank) : -1;
  const upper = edges[index];
  if (upper === undefined || upper === Infinity) return null;
  const lower = edges[index - 1] ?? 0;
  const below = counts[index - 1] ?? 0;
  const share = (rank - below) / ((counts[index] ?? 0) - below);
  return {
    value: lower + (upper - lower) * share,
    narrow: upper <= WIDEST_BUCKET_RATIO * lower * (1 + 1e-9),
  };
}

/** Returns the share of the requests that took longer than `edge`; null if that is no edge or nothing was counted. */
export function shareAbove({ edges, counts }: Histogram, edge: number): number | null {
  const total = counts.at(-1) ?? 0;
  const count = counts[edges.indexOf(edge)];
  return count === undefined || total <= 0 ? null : (total - count) / total;
}

/** Returns the histogram's counts without those of one pod. */
export function countsWithout({ counts }: Histogram, pod: readonly number[]): readonly number[] {
  return counts.map((count, index) => count - (pod[index] ?? 0));
}

/** Versions and restarts with other buckets are servers of their own. */
function bucketsByServer(tracks: readonly Track[], window: Window, ranges: SampleRanges): Buckets[] {
  const servers = new Map<string, Map<number, number>>();
  for (const track of tracks) {
    const edge = edgeOf(track.labels.le);
    if (edge === null) continue;
    const key = JSON.stringify([track.labels.version, track.labels.gpuUuid]);
    const buckets = servers.get(key) ?? new Map<number, number>();
    buckets.set(edge, totalIncrease([track], window, ranges));
    servers.set(key, buckets);
  }
  return [...servers.values()];
}

function edgeOf(label: string | null): number | null {
  if (label === "+Inf") return Infinity;
  const edge = label === null || label === "" ? NaN : Number(label);
  return Number.isFinite(edge) && edge > 0 ? edge : null;
}

function totalOf(buckets: Buckets): number {
  return buckets.get(Infinity) ?? 0;
}

/** Buckets that appeared in the window count less than smaller ones that were there before: a count never falls. */
function cumulative(edges: readonly number[], servers: readonly Buckets[]): readonly number[] {
  let highest = 0;
  return edges.map((edge) => {
    const count = servers.reduce((total, buckets) => total + (buckets.get(edge) ?? 0), 0);
    highest = Math.max(highest, count);
    return highest;
  });
}

function sumAt(rows: readonly (readonly number[])[], index: number): number {
  return rows.reduce((total, row) => total + (row[index] ?? 0), 0);
}
