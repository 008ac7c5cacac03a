// What one policy came to in one run, over all models of its workload.

import type { SimulationRun } from "../../domain/simulation-result.ts";

export type PolicyScore = {
  readonly gpuHours: number;
  /** Over the requests of all models; null where none arrived. */
  readonly attainmentRatio: number | null;
  readonly reversals: number;
  /** The largest of the models'; null where none answered. */
  readonly latencyP99Ms: number | null;
};

/** Returns the score of the runs of one workload's models under one seed; null for no runs. */
export function policyScore(models: readonly SimulationRun[]): PolicyScore | null {
  const [first] = models;
  if (first === undefined) return null;
  return {
    gpuHours: first.gpuHours.total,
    attainmentRatio: sharedAttainment(models),
    reversals: first.scaling.reversals,
    latencyP99Ms: largest(models.map((run) => run.latencyMs.p99)),
  };
}

function sharedAttainment(models: readonly SimulationRun[]): number | null {
  const arrived = models.reduce((sum, run) => sum + run.requests.arrived, 0);
  if (arrived === 0) return null;
  const good = models.reduce((sum, run) => sum + (run.attainmentRatio ?? 0) * run.requests.arrived, 0);
  return good / arrived;
}

function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
