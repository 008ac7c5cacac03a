// One rule against ours on one trace, at equal attainment.

import { type PairedDifference, pairedDifference } from "../../src/simulator/results/paired.ts";
import { commonAttainment, hoursAt, mostAttained } from "./equal-attainment.ts";
import { type Contest, type Entrant, HELD_OUT_SEEDS, REQUIRED } from "./trace-contest.ts";
import type { TriedScore } from "./trace-search.ts";

/** `won` and `lost` are ours; `level`: the interval over the seeds holds no difference. */
export type Outcome = "won" | "level" | "lost";

export type Comparison = {
  readonly outcome: Outcome;
  /** At which both are compared; null where they are not equal: the one that attains more wins. */
  readonly attainmentRatio: number | null;
  /** Of the other, against ours: 0.1 = a tenth more; null without a common attainment. */
  readonly moreHoursRatio: number | null;
  /** In GPU-hours, the other's − ours. */
  readonly difference: PairedDifference | null;
};

/** Returns how a rule compares with ours. */
export function compared(ours: Entrant, other: Entrant): Comparison {
  const attainmentRatio = commonAttainment(meanScores(ours), meanScores(other), REQUIRED);
  if (attainmentRatio === null) {
    const oursIsBetter = mostAttained(meanScores(ours)) > mostAttained(meanScores(other));
    return {
      outcome: oursIsBetter ? "won" : "lost",
      attainmentRatio,
      moreHoursRatio: null,
      difference: null,
    };
  }
  const [base, head] = [
    hoursAt(meanScores(ours), attainmentRatio),
    hoursAt(meanScores(other), attainmentRatio),
  ];
  const difference = pairedDifference(...pairedHours(ours, other, attainmentRatio));
  const moreHoursRatio = base === null || head === null ? null : head / base - 1;
  return { outcome: outcomeOf(difference), attainmentRatio, moreHoursRatio, difference };
}

/** Seed by seed, at the attainment of all seeds together, or less where one of the two does not reach it under a seed. */
function pairedHours(
  ours: Entrant,
  other: Entrant,
  attainmentRatio: number,
): [readonly (number | null)[], readonly (number | null)[]] {
  const pairs = HELD_OUT_SEEDS.map((_, index) => {
    const both = [ours, other].map(({ settings }) => settings.flatMap(({ heldOut }) => heldOut[index] ?? []));
    const level = Math.min(attainmentRatio, ...both.map(mostAttained));
    return both.map((scores) => hoursAt(scores, level));
  });
  return [pairs.map(([base]) => base ?? null), pairs.map(([, head]) => head ?? null)];
}

/** Returns what each setting came to, on average over the seeds. */
export function meanScores({ settings }: Entrant): readonly TriedScore[] {
  return settings.map(({ heldOut }) => ({
    gpuHours: mean(heldOut.map(({ gpuHours }) => gpuHours)),
    attainmentRatio: mean(heldOut.map(({ attainmentRatio }) => attainmentRatio)),
  }));
}

/** Returns the comparisons of a rule over the contests. */
export function comparisonsOf(contests: readonly Contest[], rule: string): readonly Comparison[] {
  return contests.flatMap(({ entrants }) => {
    const [ours] = entrants;
    const other = entrants.find((entrant) => entrant.rule === rule);
    return ours === undefined || other === undefined ? [] : [compared(ours, other)];
  });
}

/** Returns the mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function outcomeOf(difference: PairedDifference | null): Outcome {
  const [low, high] = [difference?.low ?? 0, difference?.high ?? 0];
  if (low > 0) return "won";
  return high < 0 ? "lost" : "level";
}
