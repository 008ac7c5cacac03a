// Replays recordings of the real HPA controller: `npm run verify:hpa -- PATH…`. Exits with 1 unless every step is equal.

import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { type Difference, replayVector } from "./hpa-replay.ts";
import { familyOf, readVectors, vectorFiles } from "./hpa-vector.ts";

const SHOWN_DIFFERENCES = 20;

type Count = { steps: number; equal: number };

function replayFile(file: string): { readonly count: Count; readonly differences: readonly Difference[] } {
  const count: Count = { steps: 0, equal: 0 };
  const differences: Difference[] = [];
  for (const vector of readVectors(file)) {
    const found = replayVector(vector);
    count.steps += vector.steps.length;
    count.equal += vector.steps.length - found.length;
    differences.push(...found);
  }
  return { count, differences };
}

function describe({ id, step, field, recorded, ours }: Difference): string {
  return `  ${id} step ${step}: ${field} is ${ours}, recorded ${recorded}\n`;
}

function run(paths: readonly string[]): number {
  const missing = paths.filter((path) => !existsSync(path));
  if (paths.length === 0 || missing.length > 0) {
    process.stderr.write(
      paths.length === 0 ? "usage: npm run verify:hpa -- PATH…\n" : `not there: ${missing.join(" ")}\n`,
    );
    return 1;
  }
  const total: Count = { steps: 0, equal: 0 };
  for (const file of paths.flatMap(vectorFiles)) {
    const { count, differences } = replayFile(file);
    const release = dirname(file).split("/").at(-1) ?? "";
    process.stdout.write(`${release} ${familyOf(file)}: ${count.steps} steps, ${count.equal} equal\n`);
    for (const difference of differences.slice(0, SHOWN_DIFFERENCES))
      process.stdout.write(describe(difference));
    total.steps += count.steps;
    total.equal += count.equal;
  }
  process.stdout.write(`${total.steps} steps, ${total.equal} equal, 0 skipped\n`);
  return total.steps > 0 && total.equal === total.steps ? 0 : 1;
}

process.exitCode = run(process.argv.slice(2));
