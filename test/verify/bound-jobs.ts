// Which runs of closed-loop bounds are asked for, and their answers from several processes.

import { availableParallelism } from "node:os";
import { ALL_BOUNDS } from "../support/simulation/bounds/all.ts";
import { boundName } from "../support/simulation/bounds/bound.ts";
import { SHAPES } from "../support/simulation/shapes.ts";
import type { BoundAnswer, BoundJob } from "./bound-run.ts";
import { jobPool } from "./job-pool.ts";

export const BOUNDS_WORKER = new URL("./bounds-worker.ts", import.meta.url);

const RUNS_PER_LINE = 50;

/** As given on the command line: a regular expression on the bounds' names, shapes with commas, how many seeds. */
type Asked = { readonly only: string; readonly shapes: string; readonly seeds: string };

/** Returns the runs that are asked for: seeds from 1, on each shape, of each bound; it fails where there is none. */
export function boundJobs({ only, shapes, seeds }: Asked): readonly BoundJob[] {
  const numbers = Array.from({ length: Number(seeds) }, (_, index) => index + 1);
  const named = SHAPES.filter(({ name }) => shapes.split(",").includes(name));
  const jobs = ALL_BOUNDS.map(boundName)
    .filter((name) => new RegExp(only).test(name))
    .flatMap((bound) => named.flatMap(({ name }) => numbers.map((seed) => ({ bound, shape: name, seed }))));
  if (jobs.length === 0) throw new Error("no run is asked for: see --only, --shapes and --seeds");
  return jobs;
}

/** Returns what the runs came to, in their order, from as many processes as there are cores; tells how it goes. */
export async function boundAnswers(jobs: readonly BoundJob[], worker: URL): Promise<readonly BoundAnswer[]> {
  const began = performance.now();
  const tell = (): void => {
    const took = Math.round((performance.now() - began) / 1000);
    process.stderr.write(`${runs} of ${jobs.length} runs, ${took} s\n`);
  };
  let runs = 0;
  const pool = jobPool<BoundJob, BoundAnswer>(worker, {
    processes: availableParallelism(),
    onRun() {
      runs += 1;
      if (runs % RUNS_PER_LINE === 0) tell();
    },
  });
  const answers = await pool.run(jobs).finally(() => pool.close());
  tell();
  return answers;
}
