// Ours against other rules on real traffic: `npm run verify:traces -- FOLDER [--budget N] [--only REGEX] [--write]`; --write
// renews the README's section.

import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { holdContest } from "./trace-contest.ts";
import { tracePool } from "./trace-pool.ts";
import { contestMarkdown } from "./trace-table.ts";

const DEFAULT_BUDGET = "64";
const README = new URL("../../README.md", import.meta.url);
const SECTION = /(<!-- traces: .* -->\n)[\s\S]*(\n<!-- \/traces -->)/;
const RUNS_PER_LINE = 50;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      budget: { type: "string", default: DEFAULT_BUDGET },
      only: { type: "string", default: "" },
      write: { type: "boolean", default: false },
    },
  });
  const [folder] = positionals;
  const budget = Number(values.budget);
  if (folder === undefined || !Number.isInteger(budget) || budget < 1)
    throw new Error("usage: npm run verify:traces -- FOLDER [--budget N] [--only REGEX] [--write]");
  const began = performance.now();
  const told = (): string => `${runs} runs, ${Math.round((performance.now() - began) / 1000)} s\n`;
  let runs = 0;
  const pool = tracePool(availableParallelism(), () => {
    runs += 1;
    if (runs % RUNS_PER_LINE === 0) process.stderr.write(told());
  });
  const contests = await holdContest(pool, { folder, budget, only: new RegExp(values.only) }).finally(() =>
    pool.close(),
  );
  const markdown = contestMarkdown(contests, budget);
  process.stdout.write(`${markdown}\n`);
  process.stderr.write(told());
  if (values.write) renew(markdown);
}

function renew(markdown: string): void {
  const text = readFileSync(README, "utf8");
  if (!SECTION.test(text)) throw new Error("the README has no section between the markers of the traces");
  writeFileSync(
    README,
    text.replace(SECTION, (_, from: string, to: string) => `${from}${markdown}${to}`),
  );
}

await main();
