// What clusters do to the series of a recorded past: twins, foreign labels, restarts, gaps, wrong clocks, lost scrapes.

import type { PastSample } from "./prometheus-server.ts";

export type Past = readonly PastSample[];
/** Gives numbers from 0 to below 1. */
export type Random = () => number;

/**
 * Returns the past with `seconds` before its beginning in which all stood still: every counter has its first value,
 * nothing waits, and the replica counts are those after the first second, in which the pods come up.
 */
export function withQuietBefore(past: Past, begin: number, seconds: number): Past {
  const settled = past.filter((sample) => !sample.name.startsWith("kube_") || sample.seconds > begin + 1);
  const firsts = new Map<string, PastSample>();
  for (const sample of settled) {
    const key = seriesKey(sample);
    if (sample.seconds < (firsts.get(key)?.seconds ?? Number.POSITIVE_INFINITY))
      firsts.set(key, isGauge(sample) ? { ...sample, value: 0 } : sample);
  }
  const before = Array.from({ length: seconds }, (_, index) => seconds - index).flatMap((back) =>
    [...firsts.values()].map((sample) => ({ ...sample, seconds: sample.seconds - back })),
  );
  return [...before, ...settled];
}

/** Returns the items in an order that follows from the random numbers. */
export function shuffled<Item>(items: readonly Item[], random: Random): readonly Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

/** Returns the past with these labels on every series. */
export function labelled(past: Past, labels: Readonly<Record<string, string>>): Past {
  return past.map((sample) => ({ ...sample, labels: { ...sample.labels, ...labels } }));
}

/** Returns every series twice: the second a little later, so that its values are a little old. */
export function doubled(past: Past, label: string, [first, second]: readonly [string, string]): Past {
  const late = past.map((sample) => ({ ...sample, seconds: sample.seconds + 0.4 }));
  return [...labelled(past, { [label]: first }), ...labelled(late, { [label]: second })];
}

/** Returns the past with a twin for each of Triton's series of a model: by GPU, and always zero. */
export function withZeroTwins(past: Past): Past {
  const twins = past.filter(isOfModel).map((sample) => ({
    ...sample,
    labels: { ...sample.labels, gpu_uuid: "GPU-5f0c3a52" },
    value: 0,
  }));
  return [...past, ...twins];
}

/** Returns the past with these labels on Triton's series only, as `--model-namespacing` or tags of a model add them. */
export function withModelLabels(past: Past, labels: Readonly<Record<string, string>>): Past {
  return past.flatMap((sample) => (isOfModel(sample) ? labelled([sample], labels) : [sample]));
}

/** Returns the past in which a pod's counters begin anew after `seconds`. */
export function withReset(past: Past, pod: string, seconds: number): Past {
  const bases = new Map<string, number>();
  return past.map((sample) => {
    if (!isCounterOf(sample, pod)) return sample;
    const key = seriesKey(sample);
    if (sample.seconds <= seconds) {
      bases.set(key, sample.value);
      return sample;
    }
    return { ...sample, value: sample.value - (bases.get(key) ?? 0) };
  });
}

/** Returns the past with NaN for the sample at this share of all of Triton's samples. */
export function withNaN(past: Past, share: number): Past {
  const samples = past.filter(isOfModel);
  const chosen = samples[Math.floor(share * samples.length)];
  return past.map((sample) => (sample === chosen ? { ...sample, value: Number.NaN } : sample));
}

/** Returns the past without what was scraped of a pod in (from, to], attempts included. */
export function without(
  past: Past,
  pod: string,
  { from, to = Number.POSITIVE_INFINITY }: { readonly from: number; readonly to?: number },
): Past {
  return past.filter((sample) => !isOfPod(sample, pod) || sample.seconds <= from || sample.seconds > to);
}

/** Returns the past with the clock of a pod's scraper ahead by `ahead` seconds. */
export function withClockAhead(past: Past, pod: string, ahead: number): Past {
  return past.map((sample) =>
    isOfPod(sample, pod) ? { ...sample, seconds: sample.seconds + ahead } : sample,
  );
}

/** Returns the past with a share of all scrapes failed: of them there is only `up` = 0, and of replica counts nothing. */
export function withLostScrapes(past: Past, share: number, random: Random): Past {
  const lost = new Map<string, boolean>();
  return past.flatMap((sample) => {
    const key = `${sample.labels["instance"] ?? ""} ${sample.seconds}`;
    if (!lost.has(key)) lost.set(key, random() < share);
    if (lost.get(key) !== true) return [sample];
    return sample.name === "up" ? [{ ...sample, value: 0 }] : [];
  });
}

function isOfModel({ name, labels }: PastSample): boolean {
  return name.startsWith("nv_") && labels["model"] !== undefined;
}

function isOfPod({ labels }: PastSample, pod: string): boolean {
  return labels["pod"] === pod;
}

function isCounterOf(sample: PastSample, pod: string): boolean {
  return isOfModel(sample) && isOfPod(sample, pod) && !isGauge(sample) && !("quantile" in sample.labels);
}

function isGauge({ name }: PastSample): boolean {
  return name === "nv_inference_pending_request_count";
}

function seriesKey({ name, labels }: PastSample): string {
  return JSON.stringify([name, ...Object.entries(labels).flat()]);
}
