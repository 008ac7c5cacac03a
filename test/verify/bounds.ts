// The closed-loop bounds on every shape: `npm run verify:bounds -- [--only PATTERN] [--shapes C,G,L] [--seeds N] [--told]
// [--json FILE] [--write]`. Prints the table as Markdown; --told adds figures without a limit, --write renews docs/BOUNDS.md.
// Exits with 1 where a bound is missed and no reason is known.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ALL_BOUNDS } from "../support/simulation/bounds/all.ts";
import { SHAPES } from "../support/simulation/shapes.ts";
import { BOUNDS_WORKER, boundAnswers, boundJobs } from "./bound-jobs.ts";
import { missesOf, missList } from "./bound-misses.ts";
import { boundTable } from "./bound-table.ts";
import { renewSection } from "./written-section.ts";

const PAGE = new URL("../../docs/BOUNDS.md", import.meta.url);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      shapes: { type: "string", default: SHAPES.map(({ name }) => name).join(",") },
      seeds: { type: "string", default: "5" },
      told: { type: "boolean", default: false },
      json: { type: "string" },
      write: { type: "boolean", default: false },
    },
  });
  const answers = await boundAnswers(boundJobs(values), BOUNDS_WORKER);
  process.stdout.write(`${boundTable(ALL_BOUNDS, answers, { isAllTold: values.told })}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(answers, null, 1)}\n`);
  if (values.write) {
    const table = boundTable(ALL_BOUNDS, answers, { isAllTold: false });
    renewSection(PAGE, "bounds", `${table}\n\nMissed:\n\n${missList(answers)}`);
  }
  const misses = missesOf(answers);
  for (const { job, words, reason } of misses) {
    process.stderr.write(
      `! ${job.bound}, shape ${job.shape}, seed ${job.seed}: ${words}: ${reason ?? "reason unknown"}\n`,
    );
  }
  return misses.every(({ reason }) => reason !== null) ? 0 : 1;
}

process.exitCode = await main();
