// What the metrics source keeps of one pod: attempts, and samples in one column a series.

import type { Scrape, Series } from "../../domain/samples.ts";
import { before, type Instant, type Millis } from "../../domain/units.ts";
import { countUntil } from "../../observe/window.ts";
import type { SeriesShape } from "./exported-series.ts";

/** Fewer attempts are never trimmed; more are when they have doubled since the last time. */
const LEAST_TRIMMED = 256;

export class ScrapeHistory {
  readonly #shapes: readonly SeriesShape[];
  readonly #keep: Millis;
  readonly #columns: number[][];
  #times: Instant[] = [];
  #scrapes: Scrape[] = [];
  #triedAt: Instant[] = [];
  #trimmedAt = LEAST_TRIMMED;

  /** Keeps at least the last `keep`, and one sample more. */
  constructor(shapes: readonly SeriesShape[], keep: Millis) {
    this.#shapes = shapes;
    this.#keep = keep;
    this.#columns = shapes.map(fractions);
  }

  /** Keeps one attempt, later than those before; null = it failed. */
  record(at: Instant, values: readonly number[] | null): void {
    this.#scrapes.push({ at, up: values !== null });
    this.#triedAt.push(at);
    if (values !== null) {
      this.#times.push(at);
      for (let index = 0; index < this.#columns.length; index += 1) {
        this.#columns[index]?.push(values[index] ?? 0);
      }
    }
    if (this.#scrapes.length >= this.#trimmedAt) this.#trim(before(at, this.#keep));
  }

  /** Returns the newest attempt's time, null of none. */
  lastTriedAt(): Instant | null {
    return this.#triedAt.at(-1) ?? null;
  }

  /** Returns attempts in (at − span, at] and the last one before. */
  scrapes(at: Instant, span: Millis): readonly Scrape[] {
    const first = Math.max(0, countUntil(this.#triedAt, before(at, span)) - 1);
    return this.#scrapes.slice(first, countUntil(this.#triedAt, at));
  }

  /** Returns the series with their samples in (at − span, at] and the last one before; none without samples. */
  series(at: Instant, span: Millis): readonly Series[] {
    const first = Math.max(0, countUntil(this.#times, before(at, span)) - 1);
    const end = countUntil(this.#times, at);
    if (first >= end) return [];
    const times = this.#times.slice(first, end);
    return this.#shapes.map(({ family, labels }, index) => ({
      family,
      labels,
      times,
      values: this.#columns[index]?.slice(first, end) ?? [],
    }));
  }

  #trim(oldest: Instant): void {
    const attempts = Math.max(0, countUntil(this.#triedAt, oldest) - 1);
    this.#scrapes = this.#scrapes.slice(attempts);
    this.#triedAt = this.#triedAt.slice(attempts);
    this.#trimmedAt = Math.max(LEAST_TRIMMED, 2 * this.#triedAt.length);
    const samples = Math.max(0, countUntil(this.#times, oldest) - 1);
    this.#times = this.#times.slice(samples);
    for (let index = 0; index < this.#columns.length; index += 1) {
      this.#columns[index] = this.#columns[index]?.slice(samples) ?? [];
    }
  }
}

/**
 * Returns an empty list that keeps numbers as V8 keeps fractions: were it to change over when a counter outgrows 32 bits,
 * all that reads samples would be compiled anew.
 */
function fractions(): number[] {
  const column = [0.5];
  column.length = 0;
  return column;
}
