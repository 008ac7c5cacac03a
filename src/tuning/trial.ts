// One policy tried on a stretch of time under several seeds: what is asked of the runner, and what it came to.

import type { TuningRequirement } from "../domain/tuning.ts";
import type { TunedScore } from "../domain/tuning-result.ts";
import type { PolicyScore } from "../simulator/results/policy-score.ts";
import type { Outcome } from "./pareto.ts";
import type { Changes } from "./search-space.ts";

/** A stretch of the scenario, in seconds since its start. */
export type Stretch = { readonly fromSeconds: number; readonly toSeconds: number };

/** One run to be made; null changes = today's policy. */
export type TrialRun = { readonly changes: Changes | null; readonly stretch: Stretch; readonly seed: number };

/** What a run came to; a policy that is not valid is refused with the reason. */
export type TrialResult =
  | { readonly kind: "score"; readonly score: PolicyScore }
  | { readonly kind: "refused"; readonly why: string };

/** Makes runs, at once if it can; results in the order of the runs. */
export type RunTrials = (runs: readonly TrialRun[]) => Promise<readonly TrialResult[]>;

/** The scores of one policy, one a seed, or why it was refused. */
export type Trial =
  | { readonly kind: "scores"; readonly scores: readonly PolicyScore[] }
  | { readonly kind: "refused"; readonly why: string };

/** Returns what each of several policies came to on one stretch, in their order. */
export async function tryPolicies(
  run: RunTrials,
  policies: readonly (Changes | null)[],
  { stretch, seeds }: { readonly stretch: Stretch; readonly seeds: readonly number[] },
): Promise<readonly Trial[]> {
  const runs = policies.flatMap((changes) => seeds.map((seed) => ({ changes, stretch, seed })));
  const results = await run(runs);
  return policies.map((_, index) =>
    gathered(results.slice(index * seeds.length, (index + 1) * seeds.length)),
  );
}

function gathered(results: readonly TrialResult[]): Trial {
  const scores: PolicyScore[] = [];
  for (const result of results) {
    if (result.kind === "refused") return result;
    scores.push(result.score);
  }
  return { kind: "scores", scores };
}

/** Returns the means of the scores; of a figure that some lack, the mean of the others. */
export function meanScore(scores: readonly PolicyScore[]): TunedScore {
  return {
    gpuHours: mean(scores.map((score) => score.gpuHours)) ?? 0,
    attainmentRatio: mean(scores.map((score) => score.attainmentRatio)),
    reversals: mean(scores.map((score) => score.reversals)) ?? 0,
    latencyP99Ms: mean(scores.map((score) => score.latencyP99Ms)),
  };
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Returns the outcome that the search ranks by: GPU-hours, missed requests, reversals. A refused policy is the worst. */
export function outcomeOf(trial: Trial, require: TuningRequirement): Outcome {
  if (trial.kind === "refused") {
    return { objectives: [Number.MAX_VALUE, 1, Number.MAX_VALUE], violation: Number.MAX_VALUE };
  }
  const score = meanScore(trial.scores);
  return {
    objectives: [score.gpuHours, 1 - (score.attainmentRatio ?? 1), score.reversals],
    violation: violationOf(score, require),
  };
}

/** Returns by how much a score misses what is required, each part relative to its bound, summed; 0 = it does not. */
export function violationOf(score: TunedScore, require: TuningRequirement): number {
  const { attainmentRatioMin, latencyP99MsMax, reversalsMax } = require;
  return (
    above((attainmentRatioMin ?? 0) - (score.attainmentRatio ?? 1), 1) +
    above((score.latencyP99Ms ?? 0) - (latencyP99MsMax ?? Number.POSITIVE_INFINITY), latencyP99MsMax ?? 1) +
    above(score.reversals - (reversalsMax ?? Number.POSITIVE_INFINITY), Math.max(1, reversalsMax ?? 1))
  );
}

function above(excess: number, unit: number): number {
  return Math.max(0, excess) / unit;
}

/** Returns in words what a score misses of the requirement; null where it misses nothing. */
export function missedRequirement(score: TunedScore, require: TuningRequirement): string | null {
  const { attainmentRatioMin, latencyP99MsMax, reversalsMax } = require;
  if (
    attainmentRatioMin !== null &&
    score.attainmentRatio !== null &&
    score.attainmentRatio < attainmentRatioMin
  ) {
    return `attainment ${digits(score.attainmentRatio)}, at least ${attainmentRatioMin} required`;
  }
  if (latencyP99MsMax !== null && score.latencyP99Ms !== null && score.latencyP99Ms > latencyP99MsMax) {
    return `p99 latency ${digits(score.latencyP99Ms)} ms, at most ${latencyP99MsMax} ms required`;
  }
  if (reversalsMax !== null && score.reversals > reversalsMax) {
    return `${digits(score.reversals)} reversals, at most ${reversalsMax} required`;
  }
  return null;
}

function digits(value: number): number {
  return Number(value.toPrecision(5));
}
