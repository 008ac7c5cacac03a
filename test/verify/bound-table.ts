// Runs of closed-loop bounds as a Markdown table: one row a bound, one column a shape, each figure over all seeds.

import {
  type Bound,
  boundName,
  isWithin,
  type Limit,
  limitsOf,
  limitWords,
} from "../support/simulation/bounds/bound.ts";
import { SHAPES, type Shape } from "../support/simulation/shapes.ts";
import type { BoundAnswer } from "./bound-run.ts";

/** Whether figures without a limit are shown too. */
type Shown = { readonly isAllTold: boolean };

/** Returns the table of the bounds that were run; a figure that misses its limit is bold, with in how many runs. */
export function boundTable(bounds: readonly Bound[], answers: readonly BoundAnswer[], shown: Shown): string {
  const shapes = SHAPES.filter((shape) => answers.some(({ job }) => job.shape === shape.name));
  const asked = bounds.filter((bound) => answers.some(({ job }) => job.bound === boundName(bound)));
  return [
    `| bound | ${shapes.map(({ name }) => name).join(" | ")} |`,
    `|---|${"---|".repeat(shapes.length)}`,
    ...asked.map((bound) => row(bound, shapes, { answers, shown })),
  ].join("\n");
}

function row(
  bound: Bound,
  shapes: readonly Shape[],
  { answers, shown }: { readonly answers: readonly BoundAnswer[]; readonly shown: Shown },
): string {
  const cells = shapes.map(({ name }) =>
    cell(
      bound,
      answers.filter(({ job }) => job.bound === boundName(bound) && job.shape === name),
      shown,
    ),
  );
  return `| ${bound.id} ${bound.about}: ${limitsInWords(bound)} | ${cells.join(" | ")} |`;
}

function limitsInWords({ limits }: Bound): string {
  return Object.entries(limits)
    .map(([name, limit]) => `${name} ${limitWords(limit)}`)
    .join(", ");
}

function cell(bound: Bound, answers: readonly BoundAnswer[], { isAllTold }: Shown): string {
  const limits = limitsOf(bound);
  const names = Object.keys(answers[0]?.figures ?? {});
  const judged = names.filter((name) => name in limits && name !== "breaches");
  const told = names.filter((name) => isAllTold && !(name in limits));
  return [...judged, ...told, "breaches"]
    .flatMap((name) => {
      const values = answers.map(({ figures }) => figures[name] ?? Number.NaN);
      if (name === "breaches" && values.every((value) => value === 0)) return [];
      return [figure(name, values, limits[name])];
    })
    .join("; ");
}

function figure(name: string, values: readonly number[], limit: Limit | undefined): string {
  const text = `${name} ${range(values)}`;
  const missed = limit === undefined ? 0 : values.filter((value) => !isWithin(value, limit)).length;
  return missed === 0 ? text : `**${text} (${missed} of ${values.length} miss)**`;
}

function range(values: readonly number[]): string {
  const numbers = values.filter((value) => !Number.isNaN(value));
  if (numbers.length === 0) return "–";
  const [least, most] = [rounded(Math.min(...numbers)), rounded(Math.max(...numbers))];
  const known = least === most ? least : `${least}…${most}`;
  return numbers.length === values.length ? known : `${known} or –`;
}

function rounded(value: number): string {
  return String(Number(value.toFixed(Math.abs(value) < 10 ? 4 : 1)));
}
