// Traffic as the servers' own counters show it, for recordings that hold scrapes but no list of requests.

import type { ExpositionSample } from "../../observe/exposition.ts";
import { FAMILY } from "../../observe/triton-metrics.ts";
import type { ScrapedTrace } from "./trace-data.ts";

/** What one successful scrape showed; seconds since the recording's start. */
export type Scrape = { readonly atSeconds: number; readonly samples: readonly ExpositionSample[] };

export type ScrapedReplica = {
  /** It was there when the recording began: what it had counted by its first scrape had come before. */
  readonly initial: boolean;
  /** In the order of time. */
  readonly scrapes: readonly Scrape[];
};

const COUNTERS: ReadonlySet<string> = new Set([FAMILY.success, FAMILY.failure]);

/**
 * Returns each model's arrivals a step, over all replicas. Between two scrapes of a replica there arrived what was
 * completed or failed, and what more is pending than was; a decrease of pending requests that exceeds the completions is
 * made up by the next interval. An interval's arrivals are spread evenly over the steps that it touches; rounding
 * keeps the total. Of requests that a full queue refused no counter tells: offered load above what was taken in
 * is not seen.
 */
export function countsFromScrapes(
  replicas: readonly ScrapedReplica[],
  { stepSeconds, endSeconds }: { readonly stepSeconds: number; readonly endSeconds: number },
): ScrapedTrace {
  const steps = Math.max(1, Math.ceil(endSeconds / stepSeconds));
  const expected = new Map<string, Float64Array>();
  for (const replica of replicas) {
    for (const { model, from, to, arrivals } of flowsOf(replica, stepSeconds)) {
      const counts = expected.get(model) ?? new Float64Array(steps);
      expected.set(model, counts);
      spread(counts, { from: from / stepSeconds, to: to / stepSeconds, arrivals });
    }
  }
  return {
    kind: "scraped",
    stepSeconds,
    countsByModel: new Map([...expected].map(([model, counts]) => [model, wholeCounts(counts)])),
  };
}

type Flow = { readonly model: string; readonly from: number; readonly to: number; readonly arrivals: number };

/** What is known of one model on one replica. */
class ModelCounts {
  readonly #counters = new Map<string, number>();
  #pending = 0;
  #owed = 0;

  /** Returns what arrived since the scrape before; `fromZero` where a counter that is new began at 0. */
  arrivals(samples: readonly ExpositionSample[], fromZero: boolean): number {
    let [completed, pending] = [0, 0];
    for (const { name, labels, value } of samples) {
      if (!Number.isFinite(value)) continue;
      if (name === FAMILY.pending) pending += value;
      else completed += this.#increase(JSON.stringify([name, labels]), value, fromZero);
    }
    const balance = completed + (fromZero ? pending - this.#pending : 0) + this.#owed;
    this.#pending = pending;
    this.#owed = Math.min(0, balance);
    return Math.max(0, balance);
  }

  /** A counter that fell was reset: what it shows has been counted since. */
  #increase(key: string, value: number, fromZero: boolean): number {
    const before = this.#counters.get(key) ?? (fromZero ? 0 : value);
    this.#counters.set(key, value);
    return value >= before ? value - before : value;
  }
}

function flowsOf({ initial, scrapes }: ScrapedReplica, stepSeconds: number): readonly Flow[] {
  const models = new Map<string, ModelCounts>();
  let before: number | null = null;
  return scrapes.flatMap(({ atSeconds, samples }) => {
    const fromZero = before !== null || !initial;
    const from = before ?? Math.max(0, atSeconds - stepSeconds);
    before = atSeconds;
    return [...byModel(samples)].map(([model, own]) => {
      const counts = models.get(model) ?? new ModelCounts();
      models.set(model, counts);
      return { model, from, to: atSeconds, arrivals: counts.arrivals(own, fromZero) };
    });
  });
}

function byModel(samples: readonly ExpositionSample[]): ReadonlyMap<string, readonly ExpositionSample[]> {
  const found = new Map<string, ExpositionSample[]>();
  for (const sample of samples) {
    const model = sample.labels["model"];
    if (model === undefined || !(COUNTERS.has(sample.name) || sample.name === FAMILY.pending)) continue;
    const own = found.get(model);
    if (own === undefined) found.set(model, [sample]);
    else own.push(sample);
  }
  return found;
}

/** Adds arrivals of the span from … to, in steps, to the steps by how much of it lies in each. */
function spread(
  counts: Float64Array,
  { from, to, arrivals }: { readonly from: number; readonly to: number; readonly arrivals: number },
): void {
  const last = counts.length - 1;
  if (to <= from) {
    const step = Math.min(last, Math.floor(from));
    counts[step] = (counts[step] ?? 0) + arrivals;
    return;
  }
  for (let step = Math.min(last, Math.floor(from)); step <= last && step < to; step += 1) {
    const end = step === last ? to : Math.min(to, step + 1);
    const inside = end - Math.max(from, step);
    counts[step] = (counts[step] ?? 0) + (arrivals * inside) / (to - from);
  }
}

function wholeCounts(expected: Float64Array): Uint32Array {
  let [sum, given] = [0, 0];
  return Uint32Array.from(expected, (value) => {
    sum += value;
    const count = Math.max(0, Math.round(sum) - given);
    given += count;
    return count;
  });
}
