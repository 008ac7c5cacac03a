// What each step of learning is for: the bounds with all steps, and with one left out.
// `npm run verify:ablation -- [--steps a,b] [--only PATTERN] [--shapes C,G,L] [--seeds N]` prints a Markdown table a step.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { SHAPES } from "../support/simulation/shapes.ts";
import { ablatedCopy } from "./ablated-copy.ts";
import { ablationTable } from "./ablation-table.ts";
import { ABLATIONS } from "./ablations.ts";
import { BOUNDS_WORKER, boundAnswers, boundJobs } from "./bound-jobs.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      steps: { type: "string", default: ABLATIONS.map(({ step }) => step).join(",") },
      only: { type: "string", default: "" },
      shapes: { type: "string", default: SHAPES.map(({ name }) => name).join(",") },
      seeds: { type: "string", default: "3" },
    },
  });
  const steps = ABLATIONS.filter(({ step }) => values.steps.split(",").includes(step));
  const jobs = boundJobs(values);
  const whole = await boundAnswers(jobs, BOUNDS_WORKER);
  for (const ablation of steps) {
    const folder = ablatedCopy(ablation);
    try {
      const entry = pathToFileURL(join(folder, "test/verify/bounds-worker.ts"));
      const without = await boundAnswers(jobs, entry);
      process.stdout.write(`\n**Without ${ablation.step}**\n\n${ablationTable(whole, without)}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

await main();
