// What a candidate came to over all workloads of a scenario, seed by seed, and beside another.

import type { SimulationRun } from "../../domain/simulation-result.ts";
import { type PairedDifference, pairedDifference } from "./paired.ts";
import { type PolicyScore, policyScore } from "./policy-score.ts";

/** The objective of one workload: so much percent of its requests are to be fast enough. */
export type WorkloadObjective = { readonly workload: string; readonly percentile: number };

export type CandidateScore = {
  readonly candidate: string;
  /** One a seed, in the order of the seeds. */
  readonly seeds: readonly PolicyScore[];
  readonly mean: PolicyScore;
  /** Workloads whose objective is missed, by the mean over the seeds of the share of all their models' requests. */
  readonly missed: readonly { readonly workload: string; readonly attainmentRatio: number }[];
};

/** How a candidate differs from ours; null where there is nothing to compare. */
export type ScoreDifference = {
  readonly gpuHours: PairedDifference | null;
  readonly attainmentRatio: PairedDifference | null;
  readonly latencyP99Ms: PairedDifference | null;
};

/** Returns the scores of all candidates in the order of the runs. */
export function candidateScores(
  runs: readonly SimulationRun[],
  objectives: readonly WorkloadObjective[],
): readonly CandidateScore[] {
  return [...grouped(runs, (run) => run.candidate)].map(([candidate, own]) => {
    const seeds = [...grouped(own, (run) => String(run.seed)).values()].map(ofSeed);
    return { candidate, seeds, mean: meanScore(seeds), missed: missedObjectives(own, objectives) };
  });
}

/** Returns the paired differences, other − ours, seed by seed. */
export function scoreDifference(ours: CandidateScore, other: CandidateScore): ScoreDifference {
  const paired = (of: (score: PolicyScore) => number | null): PairedDifference | null =>
    pairedDifference(ours.seeds.map(of), other.seeds.map(of));
  return {
    gpuHours: paired((score) => score.gpuHours),
    attainmentRatio: paired((score) => score.attainmentRatio),
    latencyP99Ms: paired((score) => score.latencyP99Ms),
  };
}

/** Returns the runs by a key, keys in the order in which they first come. */
export function grouped(
  runs: readonly SimulationRun[],
  keyOf: (run: SimulationRun) => string,
): ReadonlyMap<string, readonly SimulationRun[]> {
  const groups = new Map<string, SimulationRun[]>();
  for (const run of runs) {
    const group = groups.get(keyOf(run));
    if (group === undefined) groups.set(keyOf(run), [run]);
    else group.push(run);
  }
  return groups;
}

/** Returns the mean of the values that there are, null without any. */
export function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** GPU-hours and reversals of workloads add up; requests are one population; the slowest percentile speaks for all. */
function ofSeed(runs: readonly SimulationRun[]): PolicyScore {
  const scores = [...grouped(runs, (run) => run.workload).values()].flatMap(
    (models) => policyScore(models) ?? [],
  );
  const latencies = scores.flatMap(({ latencyP99Ms }) => latencyP99Ms ?? []);
  return {
    gpuHours: scores.reduce((sum, { gpuHours }) => sum + gpuHours, 0),
    attainmentRatio: policyScore(runs)?.attainmentRatio ?? null,
    reversals: scores.reduce((sum, { reversals }) => sum + reversals, 0),
    latencyP99Ms: latencies.length === 0 ? null : Math.max(...latencies),
  };
}

function meanScore(seeds: readonly PolicyScore[]): PolicyScore {
  return {
    gpuHours: meanOf(seeds.map(({ gpuHours }) => gpuHours)) ?? 0,
    attainmentRatio: meanOf(seeds.map(({ attainmentRatio }) => attainmentRatio)),
    reversals: meanOf(seeds.map(({ reversals }) => reversals)) ?? 0,
    latencyP99Ms: meanOf(seeds.map(({ latencyP99Ms }) => latencyP99Ms)),
  };
}

function missedObjectives(
  runs: readonly SimulationRun[],
  objectives: readonly WorkloadObjective[],
): CandidateScore["missed"] {
  return objectives.flatMap(({ workload, percentile }) => {
    const own = runs.filter((run) => run.workload === workload);
    const seeds = [...grouped(own, (run) => String(run.seed)).values()];
    const attainmentRatio = meanOf(seeds.map((models) => policyScore(models)?.attainmentRatio ?? null));
    const isMissed = attainmentRatio !== null && attainmentRatio < percentile / 100;
    return isMissed ? [{ workload, attainmentRatio }] : [];
  });
}
