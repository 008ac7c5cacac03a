// Results of the policies' own queries (activation, custom signals): each distinct text once a tick; its past
// at first, and what an outage hid when it is over.

import type { QuerySamples } from "../../domain/samples.ts";
import { before, elapsed, type Instant, instant, type Millis, millis } from "../../domain/units.ts";
import type { DecodedAnswer } from "./decode-response.ts";
import type { Steps } from "./driver.ts";
import { asPrometheusError } from "./prometheus-error.ts";

/** Below the 11,000 points that Prometheus gives at most. */
const MOST_STEPS = 5000;
const AT_ONCE = 4;

export type OwnQueriesParts = {
  readonly interval: Millis;
  readonly keep: Millis;
  readonly ask: (query: string, at: Instant, budget: AbortSignal) => Promise<DecodedAnswer>;
  readonly askRange: (query: string, steps: Steps, budget: AbortSignal) => Promise<DecodedAnswer>;
  /** Told when a query begins to give nothing usable, with why, and when it does again (null). */
  readonly onProblem: (query: string, problem: string | null) => void;
};

/** `readUntil` is the last instant that an answer came for. */
type Results = {
  times: Instant[];
  values: number[];
  readUntil: Instant | null;
  problem: string | null;
};

export class OwnQueries {
  readonly #parts: OwnQueriesParts;
  readonly #results = new Map<string, Results>();

  constructor(parts: OwnQueriesParts) {
    this.#parts = parts;
  }

  /** Which texts there are from now on; others are forgotten. */
  wanted(queries: readonly string[]): void {
    const texts = new Set(queries);
    for (const known of this.#results.keys()) if (!texts.has(known)) this.#results.delete(known);
    for (const query of texts) {
      if (this.#results.has(query)) continue;
      this.#results.set(query, { times: [], values: [], readUntil: null, problem: null });
    }
  }

  /** Runs each query for `at`; one that fails leaves its result unknown and does not stop the others. */
  async read(at: Instant, budget: AbortSignal): Promise<void> {
    const left = [...this.#results];
    const worker = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) await this.#run(next, at, budget);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** Returns the results in (at − span, at]. */
  queried(query: string, at: Instant, span: Millis): QuerySamples {
    const { times, values } = this.#results.get(query) ?? { times: [], values: [] };
    const from = times.findIndex((time) => time > before(at, span));
    const after = times.findLastIndex((time) => time <= at) + 1;
    if (from < 0 || after <= from) return { times: [], values: [] };
    return { times: times.slice(from, after), values: values.slice(from, after) };
  }

  /** How many instants before this one were never answered for: all that are kept at first, later those of an outage. */
  #missedSteps({ readUntil }: Results, at: Instant): number {
    const { interval, keep } = this.#parts;
    const most = Math.min(MOST_STEPS, Math.floor(keep / interval));
    if (readUntil === null) return most;
    return Math.min(most, Math.max(0, Math.ceil(elapsed(readUntil, at) / interval) - 1));
  }

  async #run([query, results]: readonly [string, Results], at: Instant, budget: AbortSignal): Promise<void> {
    const { ask, askRange, interval, keep, onProblem } = this.#parts;
    const missed = this.#missedSteps(results, at);
    const start = before(at, millis(missed * interval));
    try {
      const answer =
        missed === 0
          ? await ask(query, at, budget)
          : await askRange(query, { start, end: at, step: interval }, budget);
      const problem = take(results, answer);
      if (!answer.isPartial) results.readUntil = at;
      forget(results, before(at, keep));
      if (problem !== results.problem) onProblem(query, problem);
      results.problem = problem;
    } catch (thrown) {
      const problem = asPrometheusError(thrown).message;
      if (results.problem === null) onProblem(query, problem);
      results.problem = problem;
    }
  }
}

/** Returns what is wrong with an answer; null = taken in. No series is no result, and not a fault. */
function take(results: Results, { series, isPartial }: DecodedAnswer): string | null {
  const [only, ...others] = series;
  if (isPartial) return "the result is partial";
  if (others.length > 0) return `the query gives ${series.length} series, it must give one; sum them up`;
  if (only === undefined) return null;
  let isUsable = true;
  for (const [index, time] of only.times.entries()) {
    const value = only.values[index] ?? Number.NaN;
    if (!Number.isFinite(value)) isUsable = false;
    else if (elapsed(results.times.at(-1) ?? instant(0), time) > 0) {
      results.times.push(time);
      results.values.push(value);
    }
  }
  return isUsable ? null : "the result is no finite number";
}

function forget(results: Results, oldest: Instant): void {
  const first = results.times.findIndex((time) => time > oldest);
  if (first <= 0) return;
  results.times.splice(0, first);
  results.values.splice(0, first);
}
