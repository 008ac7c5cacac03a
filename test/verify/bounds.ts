// The closed-loop bounds on every shape: `npm run verify:bounds -- [--only PATTERN] [--shapes C,G,L] [--seeds N] [--json FILE]`.
// Prints the table as Markdown; exits with 1 where a bound is missed and no reason is known.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ALL_BOUNDS, boundNamed } from "../support/simulation/bounds/all.ts";
import { knownReason } from "../support/simulation/bounds/known-misses.ts";
import { SHAPES, shapeNamed } from "../support/simulation/shapes.ts";
import { BOUNDS_WORKER, boundAnswers, boundJobs } from "./bound-jobs.ts";
import type { BoundAnswer } from "./bound-run.ts";
import { boundTable } from "./bound-table.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      shapes: { type: "string", default: SHAPES.map(({ name }) => name).join(",") },
      seeds: { type: "string", default: "5" },
      json: { type: "string" },
    },
  });
  const answers = await boundAnswers(boundJobs(values), BOUNDS_WORKER);
  process.stdout.write(`${boundTable(ALL_BOUNDS, answers)}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(answers, null, 1)}\n`);
  return tellMisses(answers) ? 0 : 1;
}

/** Tells each miss; returns whether the reason of every one is known. */
function tellMisses(answers: readonly BoundAnswer[]): boolean {
  let isAllKnown = true;
  for (const { job, missed } of answers) {
    for (const { figure, words } of missed) {
      const reason = knownReason(boundNamed(job.bound), shapeNamed(job.shape), figure);
      isAllKnown &&= reason !== null;
      process.stderr.write(
        `! ${job.bound}, shape ${job.shape}, seed ${job.seed}: ${words}: ${reason ?? "reason unknown"}\n`,
      );
    }
  }
  return isAllKnown;
}

process.exitCode = await main();
