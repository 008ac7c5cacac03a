// The candidates side by side: what each cost against what it attained, one point a candidate (means over the seeds).

import type { SimulationRun } from "../domain/simulation-result.ts";
import { frame, inside, WIDTH } from "./frame.ts";
import { escaped, place } from "./markup.ts";
import { linearScale, numberLabel, type Scale } from "./scale.ts";

const HEIGHT = 240;

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
  const missed = means.map(({ attainmentRatio }) => (1 - (attainmentRatio ?? 1)) * 100);
  const dearest = Math.max(...means.map(({ gpuHours }) => gpuHours), 0.001);
  const cost = linearScale({ from: 0, to: dearest * 1.15 }, x, 6);
  const value = linearScale({ from: 0, to: Math.max(0.1, ...missed) * 1.1 }, y, 4);
  const axis = cost.ticks.map((tick) => costTick(tick, cost, y.from)).join("");
  const points = means.map((mean, index) => {
    const [left, top] = [place(cost.at(mean.gpuHours)), place(value.at(missed[index] ?? 0))];
    const told = `${mean.candidate}: ${numberLabel(mean.gpuHours)} GPU-hours, ${numberLabel(missed[index] ?? 0)} % missed`;
    const side =
      cost.at(mean.gpuHours) > WIDTH * 0.75
        ? `x="${Number(left) - 9}" text-anchor="end"`
        : `x="${Number(left) + 9}"`;
    return `<g class="${index === 0 ? "ours" : "other"}"><title>${escaped(told)}</title><circle cx="${left}" cy="${top}" r="5"/><text ${side} y="${top}" dy="4">${escaped(mean.candidate)}</text></g>`;
  });
  return frame({
    title: "Candidates",
    description: `${means.length} candidates, GPU-hours against missed requests.`,
    height: HEIGHT,
    time: { at: cost.at, ticks: [] },
    value,
    unit: "% of requests that missed the objective (up) against GPU-hours (across): lower left is better",
    legend: [],
    body: axis + points.join(""),
  });
}

function costTick(tick: number, cost: Scale, bottom: number): string {
  const at = place(cost.at(tick));
  return `<path class="grid" d="M${at} ${bottom}v4"/><text class="tick" x="${at}" y="${bottom + 16}" text-anchor="middle">${numberLabel(tick)}</text>`;
}

function sum(runs: readonly SimulationRun[], of: (run: SimulationRun) => number): number {
  return runs.reduce((total, run) => total + of(run), 0);
}
