// What a benchmark is and what it yields.

/** A figure relative to a baseline of the same run: of the value itself, or of several aspects by name. */
export type Ratio = number | Readonly<Record<string, number>>;

/** One measured figure; `ratioTo` holds it relative to baselines, by their names. */
export type BenchResult = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly ratioTo?: Readonly<Record<string, Ratio>>;
  /** Further figures of the same run, by name; they stand beside `value` in JSON. */
  readonly figures?: Readonly<Record<string, number>>;
};

/** A module of this folder exports one of these as `benchmark`. */
export type Benchmark = { readonly name: string; run(): Promise<BenchResult[]> };

/** Returns the median; of an even number of values the mean of the middle two. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Returns how many seconds `work` takes on the processor's clock for elapsed time. */
export function timed(work: () => void): number {
  const begin = performance.now();
  work();
  return (performance.now() - begin) / 1000;
}
