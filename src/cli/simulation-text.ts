// A simulation's result as text: the verdict first, then a table.

import type { Scenario } from "../domain/scenario.ts";
import type { SimulationResult, SimulationRun } from "../domain/simulation-result.ts";
import { assumptionsOf } from "../simulator/results/assumptions.ts";
import { grouped, meanOf, type WorkloadObjective } from "../simulator/results/candidate-score.ts";
import { verdictOf } from "../simulator/results/verdict.ts";

export type SimulationText = {
  readonly result: SimulationResult;
  /** With the seeds that were run. */
  readonly scenario: Scenario;
  readonly objectives: readonly WorkloadObjective[];
};

/** Returns the conclusion and what it rests on, a line each. */
export function verdictLines({ result, scenario, objectives }: SimulationText): readonly string[] {
  const { conclusion, missed, candidates, rejected } = verdictOf(result, objectives);
  const seeds = scenario.seeds.length;
  return [
    conclusion,
    ...section("missed", missed),
    ...section(seeds === 1 ? "candidates" : `candidates, means of ${seeds} seeds`, candidates),
    ...section("rejected", rejected),
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

type Column = { readonly title: string; cell(runs: readonly SimulationRun[]): string };

/** Means over the seeds. */
const COLUMNS: readonly Column[] = [
  { title: "candidate", cell: ([run]) => run?.candidate ?? "" },
  { title: "workload", cell: ([run]) => run?.workload ?? "" },
  { title: "model", cell: ([run]) => run?.model ?? "" },
  { title: "requests", cell: mean((run) => run.requests.arrived, 0) },
  {
    title: "in time %",
    cell: mean((run) => (run.attainmentRatio === null ? null : run.attainmentRatio * 100), 2),
  },
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
const TEXT_COLUMNS = 3;

function table(runs: readonly SimulationRun[]): readonly string[] {
  const groups = [
    ...grouped(runs, ({ candidate, workload, model }) => [candidate, workload, model].join("\n")).values(),
  ];
  const rows = [
    COLUMNS.map(({ title }) => title),
    ...groups.map((own) => COLUMNS.map(({ cell }) => cell(own))),
  ];
  const widths = COLUMNS.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return index < TEXT_COLUMNS ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

function mean(of: (run: SimulationRun) => number | null, decimals: number): Column["cell"] {
  return (runs) => meanOf(runs.map(of))?.toFixed(decimals) ?? "–";
}
