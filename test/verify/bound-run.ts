// One run of one closed-loop bound, as asked for by name.

import { boundNamed } from "../support/simulation/bounds/all.ts";
import { type Miss, missedFigures } from "../support/simulation/bounds/bound.ts";
import type { Figures } from "../support/simulation/figure-sheet.ts";
import { shapeNamed } from "../support/simulation/shapes.ts";

export type BoundJob = { readonly bound: string; readonly shape: string; readonly seed: number };

export type BoundAnswer = {
  readonly job: BoundJob;
  readonly figures: Figures;
  readonly missed: readonly Miss[];
  readonly tookSeconds: number;
};

/** Returns what the run came to. */
export function runBoundJob(job: BoundJob): BoundAnswer {
  const began = performance.now();
  const bound = boundNamed(job.bound);
  const shape = shapeNamed(job.shape);
  const figures = bound.play({ shape, seed: job.seed });
  const tookSeconds = (performance.now() - began) / 1000;
  return { job, figures, missed: missedFigures(bound, figures), tookSeconds };
}
