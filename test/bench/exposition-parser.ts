// How fast one core parses metric pages, and how that compares with a loop that merely counts their lines.

import { parseExposition } from "../../src/observe/exposition.ts";
import { coreSeconds } from "./core-seconds.ts";
import { type Benchmark, type BenchResult, median } from "./result.ts";
import { tritonPage } from "./triton-page.ts";

const MODELS = 4;
const PAGES = 50;
const ROUNDS = 15;
const PARSES_PER_ROUND = 800;
const NEWLINE = 10;

/** Pages of a server with four models (about 40 kB each), all samples returned. */
export const benchmark: Benchmark = { name: "exposition-parser", run: async () => measure() };

function measure(): BenchResult[] {
  // Texts of their own, each flat and one byte a character, as they come off the wire.
  const pages = Array.from({ length: PAGES }, (_, tick) =>
    Buffer.from(tritonPage({ models: MODELS, tick })).toString("latin1"),
  );
  const all = (page: string): void => expectParsed(parseExposition(page).ok);
  const lines = (page: string): void => expectParsed(countLines(page) > 0);
  const rates = rounds(pages, [all, lines]);
  const [parser, newlines] = rates.map((values) => median(values));
  const value = parser ?? Number.NaN;
  return [
    {
      name: "exposition-parser",
      value,
      unit: "MB/s",
      ratioTo: { newlines: value / (newlines ?? Number.NaN) },
    },
  ];
}

/** Returns each work's MB/s, round by round; the works take turns, so that a busy machine slows them alike. */
function rounds(pages: readonly string[], works: readonly ((page: string) => void)[]): number[][] {
  const megabytes = pages.reduce((sum, page) => sum + page.length, 0) / pages.length / 1e6;
  const rates = works.map(() => [] as number[]);
  for (let round = -2; round < ROUNDS; round++) {
    works.forEach((work, index) => {
      const secondsTaken = coreSeconds(() => {
        for (let count = 0; count < PARSES_PER_ROUND; count++) work(pages[count % pages.length] ?? "");
      });
      if (round >= 0) rates[index]?.push((megabytes * PARSES_PER_ROUND) / secondsTaken);
    });
  }
  return rates;
}

function countLines(page: string): number {
  let count = 0;
  for (let at = 0; at < page.length; at++) if (page.charCodeAt(at) === NEWLINE) count++;
  return count;
}

function expectParsed(parsed: boolean): void {
  if (!parsed) throw new Error("the page does not parse");
}
