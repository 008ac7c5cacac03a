// The candidates side by side: what each cost against what it attained, one point a candidate (means over the seeds).

import type { SimulationRun } from "../domain/simulation-result.ts";
import { frame, inside } from "./frame.ts";
import { escaped, place } from "./markup.ts";
import { linearScale, logScale, numberLabel, type Scale, shortNumber } from "./scale.ts";

const HEIGHT = 260;
/** All that miss fewer lie at the bottom. */
const LEAST_MISSED_PERCENT = 0.01;
const LINE_HEIGHT = 13;
const LETTER_WIDTH = 7;

/** One candidate over all seeds, workloads and models. */
export type CandidateMean = {
  readonly candidate: string;
  readonly gpuHours: number;
  readonly attainmentRatio: number | null;
  readonly latencyP99Ms: number | null;
  readonly reversals: number;
  readonly maxReplicas: number;
};

/** Returns the means of each candidate, in the order of the runs. */
export function candidateMeans(runs: readonly SimulationRun[]): readonly CandidateMean[] {
  return [...new Set(runs.map(({ candidate }) => candidate))].map((candidate) => {
    const own = runs.filter((run) => run.candidate === candidate);
    const seeds = new Set(own.map(({ seed }) => seed)).size;
    // A workload's models share its replicas: they count once.
    const workloads = own.filter(
      (run, index) =>
        own.findIndex((other) => other.workload === run.workload && other.seed === run.seed) === index,
    );
    const arrived = sum(own, (run) => run.requests.arrived);
    return {
      candidate,
      gpuHours: sum(workloads, (run) => run.gpuHours.total) / seeds,
      attainmentRatio:
        arrived === 0 ? null : sum(own, (run) => (run.attainmentRatio ?? 0) * run.requests.arrived) / arrived,
      latencyP99Ms: own.reduce<number | null>(
        (most, { latencyMs: { p99 } }) => (p99 === null ? most : Math.max(most ?? 0, p99)),
        null,
      ),
      reversals: sum(workloads, (run) => run.scaling.reversals) / seeds,
      maxReplicas: workloads.reduce((most, run) => Math.max(most, run.replicas.max), 0),
    };
  });
}

/** Returns the chart of GPU-hours (across) against missed requests (up); nearer the lower left is better. */
export function candidatesChart(means: readonly CandidateMean[]): string {
  const { x, y } = inside(HEIGHT);
  const dearest = Math.max(...means.map(({ gpuHours }) => gpuHours), 0.001);
  const cost = linearScale({ from: 0, to: dearest * 1.15 }, x, 6);
  const value = logScale({ from: LEAST_MISSED_PERCENT, to: 100 }, y);
  const axis = cost.ticks.map((tick) => costTick(tick, cost, y.from)).join("");
  const taken: Label[] = [];
  const points = means.map((mean, index) => {
    const missed = (1 - (mean.attainmentRatio ?? 1)) * 100;
    const [left, top] = [cost.at(mean.gpuHours), value.at(missed)];
    const label = freeLabel({ left: left + 9, top: top + 4, text: mean.candidate }, taken);
    taken.push(label);
    const told = `${mean.candidate}: ${shortNumber(mean.gpuHours)} GPU-hours, ${shortNumber(missed)} % missed`;
    return `<g class="${index === 0 ? "ours" : "other"}"><title>${escaped(told)}</title><circle cx="${place(left)}" cy="${place(top)}" r="5"/><text x="${place(label.left)}" y="${place(label.top)}">${escaped(label.text)}</text></g>`;
  });
  return frame({
    title: "Candidates",
    description: `${means.length} candidates, GPU-hours against missed requests.`,
    height: HEIGHT,
    time: { at: cost.at, ticks: [] },
    value,
    unit: "% of requests that missed the objective (up, logarithmic, below 0.01 at the bottom) against GPU-hours (across)",
    legend: [],
    body: axis + points.join(""),
  });
}

type Label = { readonly left: number; readonly top: number; readonly text: string };

/** The label's place, moved up line by line while it would cover one that is there. */
function freeLabel(label: Label, taken: readonly Label[]): Label {
  const covers = taken.some(
    (other) =>
      Math.abs(other.top - label.top) < LINE_HEIGHT &&
      label.left < other.left + other.text.length * LETTER_WIDTH &&
      other.left < label.left + label.text.length * LETTER_WIDTH,
  );
  return covers && label.top > 2 * LINE_HEIGHT
    ? freeLabel({ ...label, top: label.top - LINE_HEIGHT }, taken)
    : label;
}

function costTick(tick: number, cost: Scale, bottom: number): string {
  const at = place(cost.at(tick));
  return `<path class="grid" d="M${at} ${bottom}v4"/><text class="tick" x="${at}" y="${bottom + 16}" text-anchor="middle">${numberLabel(tick)}</text>`;
}

function sum(runs: readonly SimulationRun[], of: (run: SimulationRun) => number): number {
  return runs.reduce((total, run) => total + of(run), 0);
}
