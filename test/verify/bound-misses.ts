// Which limits were missed, in how many runs, and why: as a list for the page, and one by one while they are run.

import { boundNamed } from "../support/simulation/bounds/all.ts";
import { knownReason } from "../support/simulation/bounds/known-misses.ts";
import { shapeNamed } from "../support/simulation/shapes.ts";
import type { BoundAnswer } from "./bound-run.ts";

export type ToldMiss = {
  readonly job: BoundAnswer["job"];
  readonly figure: string;
  readonly words: string;
  /** Null where nobody has found it. */
  readonly reason: string | null;
};

/** Returns every missed limit of every run. */
export function missesOf(answers: readonly BoundAnswer[]): readonly ToldMiss[] {
  return answers.flatMap(({ job, missed }) =>
    missed.map(({ figure, words }) => {
      const reason = knownReason(boundNamed(job.bound), shapeNamed(job.shape), figure);
      return { job, figure, words, reason };
    }),
  );
}

/** Returns the misses as a Markdown list: an item a bound, figure and reason, with its shapes and how many runs of each. */
export function missList(answers: readonly BoundAnswer[]): string {
  const runs = new Map<string, Map<string, number>>();
  for (const { job, figure, reason } of missesOf(answers)) {
    const words = [`${job.bound}: ${figure}`, reason ?? "the reason is not known"].join(" | ");
    const shapes = runs.get(words) ?? new Map<string, number>();
    shapes.set(job.shape, (shapes.get(job.shape) ?? 0) + 1);
    runs.set(words, shapes);
  }
  return [...runs].map(([words, shapes]) => item(words, shapes)).join("\n");
}

function item(words: string, shapes: ReadonlyMap<string, number>): string {
  const [figure, reason] = words.split(" | ");
  const counts = [...shapes].map(([shape, count]) => `${shape} ${count}`).join(", ");
  return `- ${figure} (runs: ${counts}): ${reason}`;
}
