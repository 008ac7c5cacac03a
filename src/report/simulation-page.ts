// The report of a simulation: one file of HTML that needs nothing else, conclusion first, charts after it.

import type { CandidateCourse, ReportFacts } from "../domain/simulation-course.ts";
import type { SimulationResult } from "../domain/simulation-result.ts";
import { type CandidateMean, candidateMeans, candidatesChart } from "./candidates-chart.ts";
import { latencyChart } from "./latency-chart.ts";
import { loadChart, replicasChart } from "./load-chart.ts";
import { escaped } from "./markup.ts";
import { podsChart } from "./pods-chart.ts";
import { queueChart } from "./queue-chart.ts";
import { shortNumber, timeLabel } from "./scale.ts";
import { STYLE } from "./style.ts";

export type SimulationReport = {
  readonly result: SimulationResult;
  readonly facts: ReportFacts;
  /** Ours first, drawn in full; of the others replicas and latency, of the first few, so that the file stays small. */
  readonly courses: readonly CandidateCourse[];
  readonly verdict: Verdict;
};

/** The conclusion, and what it rests on under a few headings. */
export type Verdict = {
  readonly conclusion: string;
  readonly sections: readonly { readonly title: string; readonly lines: readonly string[] }[];
};

const MOST_OTHERS_DRAWN = 5;

/** Returns the page; equal reports give equal bytes. */
export function simulationPage({ result, facts, courses, verdict }: SimulationReport): string {
  const means = candidateMeans(result.runs);
  const body = [
    header(result, facts),
    verdictText(verdict, result.ok),
    candidatesTable(means),
    means.length > 1 ? candidatesChart(means) : "",
    ...courses
      .slice(0, MOST_OTHERS_DRAWN + 1)
      .map((course, index) => candidateSection(course, facts, index === 0)),
    notDrawn(courses.slice(MOST_OTHERS_DRAWN + 1)),
  ].join("\n");
  return page(`${result.scenario}: simulation`, body);
}

/** Returns a whole document around a body. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

function header({ scenario, scenarioHash, version, runs }: SimulationResult, facts: ReportFacts): string {
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const about = `${timeLabel(facts.durationSeconds)} simulated, ${seeds} ${seeds === 1 ? "seed" : "seeds"}, charts of the first; scenario ${scenarioHash}, Tidemark ${version}`;
  return `<h1>Simulation: ${escaped(scenario)}</h1><p class="unit">${escaped(about)}</p>`;
}

function verdictText({ conclusion, sections }: Verdict, ok: boolean): string {
  const parts = sections.map(
    ({ title, lines }) =>
      `<h3>${escaped(title)}</h3><ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>`,
  );
  return `<p class="verdict${ok ? "" : " bad"}"><b>${escaped(conclusion)}</b></p>${parts.join("")}`;
}

function notDrawn(courses: readonly CandidateCourse[]): string {
  if (courses.length === 0) return "";
  return `<p class="unit">Not drawn: ${escaped(courses.map(({ candidate }) => candidate).join(", "))}.</p>`;
}

function candidatesTable(means: readonly CandidateMean[]): string {
  const rows = means.map(
    ({ candidate, gpuHours, attainmentRatio, latencyP99Ms, reversals, maxReplicas }) =>
      `<tr><td>${escaped(candidate)}</td><td>${known(attainmentRatio, (ratio) => `${(Math.floor(ratio * 10_000) / 100).toFixed(2)} %`)}</td><td>${shortNumber(gpuHours)}</td><td>${known(latencyP99Ms, (ms) => `${shortNumber(ms)} ms`)}</td><td>${shortNumber(reversals)}</td><td>${maxReplicas}</td></tr>`,
  );
  return `<div class="wide"><table><caption>Means over the seeds; p99 is the largest</caption><thead><tr><th scope="col">Candidate</th><th scope="col">Attained</th><th scope="col">GPU-hours</th><th scope="col">p99</th><th scope="col">Reversals</th><th scope="col">Most replicas</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function candidateSection(course: CandidateCourse, facts: ReportFacts, isOurs: boolean): string {
  const workloads = [...new Set(course.timeline.map(({ workload }) => workload))];
  const charts = workloads.map((workload) => {
    const rows = course.timeline.filter((row) => row.workload === workload);
    const parts = [
      ...(isOurs ? [loadChart(rows, facts)] : []),
      replicasChart(rows, facts),
      ...course.latency
        .filter((slots) => slots.workload === workload)
        .map((slots) => latencyChart(slots, facts)),
      ...(isOurs
        ? course.queues
            .filter((slots) => slots.workload === workload)
            .map((slots) => queueChart(slots, facts))
        : []),
      ...(isOurs
        ? [
            podsChart(
              course.pods.filter((span) => span.workload === workload),
              facts,
            ),
          ]
        : []),
    ];
    return `${workloads.length > 1 ? `<h3>${escaped(workload)}</h3>` : ""}${parts.join("\n")}`;
  });
  return `<h2>${escaped(course.candidate)}</h2>\n${charts.join("\n")}`;
}

function known(value: number | null, print: (value: number) => string): string {
  return value === null ? "–" : print(value);
}
