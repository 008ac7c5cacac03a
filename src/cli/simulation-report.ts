// Writes the report of a simulation: one file of HTML.

import { writeFileSync } from "node:fs";
import type { LoadedPolicy } from "../domain/policy-set.ts";
import type { ReportFacts } from "../domain/simulation-course.ts";
import { simulationPage, type Verdict } from "../report/simulation-page.ts";
import { replicaCapacity } from "../simulator/world/replica-demand.ts";
import { environmentFailed, reasonOf } from "./command-error.ts";
import { type SimulationText, verdictLines } from "./simulation-text.ts";

export type ReportInput = SimulationText & {
  /** Ours: what is scored. */
  readonly policies: readonly LoadedPolicy[];
};

/** Writes the report to `file`; throws a CommandError where it cannot. */
export function writeReport(file: string, input: ReportInput): void {
  const { result, courses } = input;
  const verdict = verdictSections(verdictLines(input));
  const text = simulationPage({ result, courses, facts: factsOf(input), verdict });
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw environmentFailed(`cannot write ${file}: ${reasonOf(error)}`, error);
  }
}

/** The lines that the command prints, by their headings; what is said of each candidate stands in the table already. */
function verdictSections([conclusion = "", ...lines]: readonly string[]): Verdict {
  const sections: { readonly title: string; readonly lines: string[] }[] = [];
  for (const line of lines) {
    if (line.startsWith(" ")) sections.at(-1)?.lines.push(line.trim());
    else sections.push({ title: line.replace(/:$/, ""), lines: [] });
  }
  return { conclusion, sections: sections.filter(({ title }) => !title.startsWith("candidates")) };
}

function factsOf({ scenario, policies }: ReportInput): ReportFacts {
  return {
    durationSeconds: scenario.durationSeconds,
    objectives: policies.flatMap(({ policy: { target, objective, models } }) =>
      models.map(({ name }) => ({
        workload: `${target.namespace}/${target.name}`,
        model: name,
        latencyMs: objective.latency,
        percentile: objective.percentile,
      })),
    ),
    // Of several models the slowest says what a replica carries of either alone: one line could not say more.
    capacities: scenario.workloads.map(({ namespace, name, models }) => ({
      workload: `${namespace}/${name}`,
      requestsPerSecond: Math.min(...models.map(replicaCapacity)),
    })),
  };
}
