// What a step that is left out changes: one row for each bound and shape whose figures differ.

import { boundNamed } from "../support/simulation/bounds/all.ts";
import { isWithin, limitsOf } from "../support/simulation/bounds/bound.ts";
import type { BoundAnswer } from "./bound-run.ts";

/** Figures whose means differ by less count as equal. */
const EQUAL_WITHIN = 0.005;

/** Returns the table of what differs over all seeds: limits missed, and judged figures on average, with and without. */
export function ablationTable(whole: readonly BoundAnswer[], without: readonly BoundAnswer[]): string {
  const groups = new Map<string, { readonly whole: BoundAnswer[]; readonly without: BoundAnswer[] }>();
  for (const [index, answer] of whole.entries()) {
    const other = without[index];
    if (other === undefined) continue;
    const key = `${answer.job.bound} | ${answer.job.shape}`;
    const group = groups.get(key) ?? { whole: [], without: [] };
    groups.set(key, group);
    group.whole.push(answer);
    group.without.push(other);
  }
  const rows = [...groups].flatMap(([key, group]) => row(key, group));
  return rows.length === 0
    ? "No figure differs."
    : [
        "| bound | shape | misses, with → without | figures, with → without |",
        "|---|---|---|---|",
        ...rows,
      ].join("\n");
}

function row(
  key: string,
  { whole, without }: { readonly whole: readonly BoundAnswer[]; readonly without: readonly BoundAnswer[] },
): readonly string[] {
  const [first] = whole;
  if (first === undefined) return [];
  const names = Object.keys(limitsOf(boundNamed(first.job.bound)));
  const changed = names.flatMap((name) => {
    const [one, other] = [mean(whole, name), mean(without, name)];
    return isEqual(one, other) ? [] : [`${name} ${shown(one)} → ${shown(other)}`];
  });
  const [missed, missedWithout] = [misses(whole), misses(without)];
  if (changed.length === 0 && missed === missedWithout) return [];
  return [`| ${key} | ${missed} → ${missedWithout} | ${changed.join("; ")} |`];
}

function misses(answers: readonly BoundAnswer[]): number {
  return answers.reduce((sum, { job, figures }) => {
    const limits = Object.entries(limitsOf(boundNamed(job.bound)));
    return sum + limits.filter(([name, limit]) => !isWithin(figures[name] ?? Number.NaN, limit)).length;
  }, 0);
}

function mean(answers: readonly BoundAnswer[], name: string): number {
  return answers.reduce((sum, { figures }) => sum + (figures[name] ?? Number.NaN), 0) / answers.length;
}

function isEqual(one: number, other: number): boolean {
  if (Number.isNaN(one) || Number.isNaN(other)) return Number.isNaN(one) && Number.isNaN(other);
  return Math.abs(one - other) <= EQUAL_WITHIN * Math.max(Math.abs(one), Math.abs(other), 1e-9);
}

function shown(value: number): string {
  return Number.isNaN(value) ? "–" : String(Number(value.toPrecision(4)));
}
