// A simulation's result as text: the verdict first, then a table.

import type { Scenario } from "../domain/scenario.ts";
import type { CandidateCourse } from "../domain/simulation-course.ts";
import type { SimulationResult, SimulationRun } from "../domain/simulation-result.ts";
import { assumptionsOf } from "../simulator/results/assumptions.ts";
import { grouped, meanOf } from "../simulator/results/candidate-score.ts";
import { percent, verdictOf, type Yardstick } from "../simulator/results/verdict.ts";
import { followingLines } from "./following-text.ts";

export type SimulationText = {
  readonly result: SimulationResult;
  /** With the seeds that were run. */
  readonly scenario: Scenario;
  readonly yardstick: Yardstick;
  /** Of the first seed; ours first. */
  readonly courses: readonly CandidateCourse[];
};

/** Returns the conclusion and what it rests on, a line each. */
export function verdictLines({ result, scenario, yardstick, courses }: SimulationText): readonly string[] {
  const { conclusion, missed, candidates, rejected } = verdictOf(result, yardstick);
  const { following, possible } = followingLines(courses);
  const seeds = scenario.seeds.length;
  return [
    conclusion,
    ...section("missed", missed),
    ...section(seeds === 1 ? "candidates" : `candidates, means of ${seeds} seeds`, candidates),
    ...section("rejected", rejected),
    ...section("replicas against the need, first seed", following),
    ...section("possible with the future known, first seed", possible),
    ...section("assumed", assumptionsOf(scenario)),
  ];
}

/** Returns the whole text, its last line ended. */
export function simulationText(text: SimulationText): string {
  return `${[...verdictLines(text), "", ...table(text.result.runs)].join("\n")}\n`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

type Column = {
  readonly title: string;
  /** A name: it stands on the left, and is left out where all rows have one. */
  readonly isName?: true;
  cell(runs: readonly SimulationRun[]): string;
};

/** Means over the seeds. */
const COLUMNS: readonly Column[] = [
  { title: "workload", isName: true, cell: ([run]) => run?.workload ?? "" },
  { title: "model", isName: true, cell: ([run]) => run?.model ?? "" },
  { title: "requests", cell: mean((run) => run.requests.arrived, 0) },
  { title: "in time", cell: inTime },
  { title: "p50 ms", cell: mean((run) => run.latencyMs.p50, 1) },
  { title: "p99 ms", cell: mean((run) => run.latencyMs.p99, 1) },
  { title: "GPU-h", cell: mean((run) => run.gpuHours.total, 3) },
  { title: "idle GPU-h", cell: mean((run) => run.gpuHours.idle, 3) },
  {
    title: "replicas",
    cell: (runs) =>
      `${Math.min(...runs.map((run) => run.replicas.min))}–${Math.max(...runs.map((run) => run.replicas.max))}`,
  },
  { title: "out", cell: mean((run) => run.scaling.scaleOuts, 1) },
  { title: "in", cell: mean((run) => run.scaling.scaleIns, 1) },
  { title: "reversals", cell: mean((run) => run.scaling.reversals, 1) },
  { title: "recovery s", cell: mean((run) => run.scaling.recoverySeconds, 0) },
];
const CANDIDATE: Column = { title: "candidate", isName: true, cell: ([run]) => run?.candidate ?? "" };

function table(runs: readonly SimulationRun[]): readonly string[] {
  const groups = [
    ...grouped(runs, ({ candidate, workload, model }) => [candidate, workload, model].join("\n")).values(),
  ];
  const telling = COLUMNS.filter(({ isName, cell }) => isName !== true || new Set(groups.map(cell)).size > 1);
  const columns = [CANDIDATE, ...telling];
  const rows = [
    columns.map(({ title }) => title),
    ...groups.map((own) => columns.map(({ cell }) => cell(own))),
  ];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const padded = (cell: string, index: number): string =>
    columns[index]?.isName === true ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0);
  return rows.map((row) => row.map(padded).join("  ").trimEnd());
}

function inTime(runs: readonly SimulationRun[]): string {
  const ratio = meanOf(runs.map((run) => run.attainmentRatio));
  return ratio === null ? "–" : percent(ratio);
}

function mean(of: (run: SimulationRun) => number | null, decimals: number): Column["cell"] {
  return (runs) => meanOf(runs.map(of))?.toFixed(decimals) ?? "–";
}
