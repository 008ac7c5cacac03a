// Reads everything since the last complete reading, page by page and oldest first: after a start the whole past, each
// tick the last few scrapes.

import type { Policy } from "../../domain/policy.ts";
import { before, elapsed, type Instant, instant, type Millis, millis } from "../../domain/units.ts";
import { slices } from "./breathe.ts";
import type { DecodedAnswer, DecodedSeries, TakeSeries } from "./decode-response.ts";
import type { QueryOptions } from "./driver.ts";
import type { Fleet } from "./fold.ts";
import type { ReplicaCounts } from "./kube-state-metrics.ts";
import { asPrometheusError, PrometheusError } from "./prometheus-error.ts";
import { over, type Selector, type SelectorRole } from "./selectors.ts";

/** Every reading looks this many scrapes further back: samples come a little late, and pages must overlap. */
export const OVERLAP_INTERVALS = 4;
const FIRST_PAGE_INTERVALS = 64;
const LARGEST_PAGE_INTERVALS = 512;
/** A page of a large fleet is shorter, so that its answers, which come together, never fill the memory. */
const MOST_POLICY_INTERVALS = 16_000;
const SHORTEST_PAGE_INTERVALS = 8;
/** Queries under way together; all at once, their answers would take twice the memory. */
const AT_ONCE = 3;

export type HistoryParts = {
  readonly fleet: Fleet;
  readonly counts: ReplicaCounts;
  readonly scrapeInterval: Millis;
  readonly keep: Millis;
  readonly selectors: (policies: readonly Policy[]) => readonly Selector[];
  /** Runs one query, which may hand over its series as they come; throws a PrometheusError. */
  readonly ask: (expression: string, at: Instant, options: QueryOptions) => Promise<DecodedAnswer>;
};

export type HistoryRequest = {
  readonly policies: readonly Policy[];
  readonly at: Instant;
  readonly budget: AbortSignal;
  /** Try the first query alone before the others. */
  readonly probeFirst: boolean;
};

/** How a reading of one page or of all went; null = well and complete. */
type Trouble = PrometheusError | "partial" | null;

type Reading = { readonly role: SelectorRole; readonly answer: DecodedAnswer | PrometheusError };

export class History {
  readonly #parts: HistoryParts;
  #readUntil: Instant | null = null;
  /** Which selectors the past was read with; another family needs its own past. */
  #readWith = "";
  #pageIntervals = FIRST_PAGE_INTERVALS;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
  }

  /** Up to when everything is known that the selectors ask for; null = nothing yet. */
  get readUntil(): Instant | null {
    return this.#readUntil;
  }

  /** Reads on up to `at`. Returns null once all is known up to there; else why not, and the next call goes on. */
  async read(request: HistoryRequest): Promise<Trouble> {
    const { at, policies, budget } = request;
    const selectors = this.#parts.selectors(policies);
    const readWith = selectors.map(({ selector }) => selector).join("\n");
    if (readWith !== this.#readWith) this.#readUntil = null;
    this.#readWith = readWith;
    for (;;) {
      const page = this.#nextPage(at, policies.length);
      const trouble = await this.#readPage(selectors, { ...request, ...page });
      if (trouble !== null) {
        this.#afterTrouble(trouble);
        return trouble;
      }
      this.#readUntil = page.end;
      if (page.end >= at) return null;
      if (budget.aborted) return new PrometheusError("timeout", "the past is still being read");
    }
  }

  #nextPage(at: Instant, policies: number): { readonly start: Instant; readonly end: Instant } {
    const { scrapeInterval, keep } = this.#parts;
    const oldest = before(at, keep);
    const overlap = millis(OVERLAP_INTERVALS * scrapeInterval);
    const known = this.#readUntil;
    const from = known === null || known < oldest ? oldest : known;
    const affordable = Math.max(SHORTEST_PAGE_INTERVALS, Math.floor(MOST_POLICY_INTERVALS / policies));
    const longest = Math.min(this.#pageIntervals, affordable) * scrapeInterval;
    const end = elapsed(from, at) > longest ? instant(from + longest) : at;
    return { start: before(from > end ? end : from, overlap), end };
  }

  async #readPage(
    selectors: readonly Selector[],
    page: HistoryRequest & { readonly start: Instant; readonly end: Instant },
  ): Promise<Trouble> {
    const { start, end, budget, probeFirst } = page;
    const { fleet } = this.#parts;
    const ask = async (selector: Selector): Promise<Reading> => {
      const expression = over(selector, elapsed(start, end));
      const take = this.#takerOf(selector.role);
      const options = { stop: budget, take };
      const answer = await this.#parts.ask(expression, end, options).catch(asPrometheusError);
      if (take !== null && !(answer instanceof PrometheusError)) await each(answer.series, take);
      return { role: selector.role, answer };
    };
    // Scrapes come first: they tell by which labels the others are told apart.
    const scrapes = await Promise.all(selectors.filter(isOfScrapes).map(ask));
    const failure = scrapes.find(({ answer }) => answer instanceof PrometheusError)?.answer;
    if (probeFirst && failure instanceof PrometheusError) return failure;
    const attempts = scrapes.flatMap(({ answer }) =>
      answer instanceof PrometheusError ? [] : answer.series,
    );
    fleet.learnTargets(attempts);
    const others = await aFewAtOnce(
      selectors.filter((selector) => !isOfScrapes(selector)),
      ask,
    );
    return await this.#finish([...scrapes, ...others], attempts, end);
  }

  /** What came is true and is taken in as it comes, whatever else fails: so large answers are never in memory whole. */
  #takerOf(role: SelectorRole): TakeSeries | null {
    const { fleet, counts } = this.#parts;
    if (role === "scrapes") return null;
    if (role === "samples") return (series) => fleet.takeSamples(series);
    return (series) => {
      fleet.alive(series.times);
      counts.take(series);
    };
  }

  /**
   * Attempts wait until all has come: a pod whose scrape succeeded and whose series are missing would pass for one that
   * no longer serves.
   */
  async #finish(
    readings: readonly Reading[],
    attempts: readonly DecodedSeries[],
    end: Instant,
  ): Promise<Trouble> {
    const { fleet, counts } = this.#parts;
    const trouble = worst(readings);
    if (trouble === null) await each(attempts, (series) => fleet.takeScrapes(series));
    await each(fleet.forgetting(end), () => {});
    await each(counts.forgetting(end), () => {});
    return trouble;
  }

  #afterTrouble(trouble: Trouble): void {
    const isHeavy =
      trouble instanceof PrometheusError && (trouble.kind === "tooLarge" || trouble.kind === "timeout");
    const least = OVERLAP_INTERVALS;
    if (isHeavy) this.#pageIntervals = Math.max(least, Math.floor(this.#pageIntervals / 2));
    else
      this.#pageIntervals = Math.min(
        LARGEST_PAGE_INTERVALS,
        Math.max(FIRST_PAGE_INTERVALS, this.#pageIntervals),
      );
  }
}

function isOfScrapes({ role }: Selector): boolean {
  return role === "scrapes";
}

async function each<Item>(all: Iterable<Item>, take: (item: Item) => void): Promise<void> {
  const breathe = slices();
  for (const item of all) {
    take(item);
    const turn = breathe();
    if (turn !== null) await turn;
  }
}

/** Returns what `run` gives for each item, in the order in which they end. */
async function aFewAtOnce<Item, Given>(
  items: readonly Item[],
  run: (item: Item) => Promise<Given>,
): Promise<readonly Given[]> {
  const left = items.values();
  const given: Given[] = [];
  const worker = async (): Promise<void> => {
    for (const item of left) given.push(await run(item));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return given;
}

function worst(readings: readonly Reading[]): Trouble {
  for (const { answer } of readings) if (answer instanceof PrometheusError) return answer;
  const isPartial = readings.some(({ answer }) => !(answer instanceof PrometheusError) && answer.isPartial);
  return isPartial ? "partial" : null;
}
