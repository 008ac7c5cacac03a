// A simulation in a few sentences: the conclusion, every candidate beside ours, what was rejected and why.

import type { SimulationResult } from "../../domain/simulation-result.ts";
import {
  type CandidateScore,
  candidateScores,
  scoreDifference,
  type WorkloadObjective,
} from "./candidate-score.ts";
import type { PairedDifference } from "./paired.ts";

export type Verdict = {
  /** One line. */
  readonly conclusion: string;
  /** What was missed or broken, a line each; empty where all is well. */
  readonly missed: readonly string[];
  /** One line a candidate, ours first. */
  readonly candidates: readonly string[];
  /** The candidates that nobody should take, a line each. */
  readonly rejected: readonly string[];
};

/** What a result is judged by. */
export type Yardstick = {
  /** Of our policies. */
  readonly objectives: readonly WorkloadObjective[];
  /** The candidates that know the future: what they cost is a measure, not an offer. */
  readonly clairvoyant: ReadonlySet<string>;
};

/** Shares are told in percent, so close to all that two decimals matter. */
const SHARE_DIGITS = 2;
/** 0.29 × 100 is a hair less than 29. */
const ROUNDING = 1e-9;

/** Returns the verdict. */
export function verdictOf(result: SimulationResult, yardstick: Yardstick): Verdict {
  const { objectives } = yardstick;
  const scores = candidateScores(result.runs, objectives);
  const [ours, ...others] = scores;
  const missed = [
    ...result.expect.flatMap(({ candidate, missed: texts }) => texts.map((text) => `${candidate}: ${text}`)),
    ...breaches(result),
  ];
  if (ours === undefined) return { conclusion: "nothing was run", missed, candidates: [], rejected: [] };
  return {
    conclusion: `${result.ok ? "ok" : "NOT ok"}: ${conclusion(result, scores, { ...yardstick, faults: missed.length })}`,
    missed,
    candidates: [figures(ours), ...others.map((other) => `${figures(other)}; ${against(ours, other)}`)],
    rejected: scores.flatMap((score) => rejection(score, ours, objectives) ?? []),
  };
}

function conclusion(
  { expect }: SimulationResult,
  scores: readonly CandidateScore[],
  { faults, clairvoyant }: Yardstick & { readonly faults: number },
): string {
  const expected =
    faults > 0
      ? `${faults} ${faults === 1 ? "expectation or invariant is" : "expectations or invariants are"} missed; `
      : expect.length > 0
        ? "all expectations are met; "
        : "";
  const rivals = scores.filter(({ candidate }) => !clairvoyant.has(candidate));
  const foreseen = scores.find(({ candidate, missed }) => clairvoyant.has(candidate) && missed.length === 0);
  return `${expected}${standing(rivals)}${foreseen === undefined ? "" : `; with the future known ${shownHours(foreseen.mean.gpuHours)} would do`}`;
}

/** How ours, the first, stands among those that one could choose. */
function standing(rivals: readonly CandidateScore[]): string {
  const [ours] = rivals;
  if (ours === undefined) return "nothing was run";
  const cost = `${shownHours(ours.mean.gpuHours)} GPU-hours`;
  if (ours.missed.length > 0) return `${ours.candidate} misses its objective with ${cost}`;
  const holding = rivals.filter(({ missed }) => missed.length === 0);
  const [cheapest] = holding
    .filter(({ mean }) => mean.gpuHours < ours.mean.gpuHours)
    .toSorted((one, other) => one.mean.gpuHours - other.mean.gpuHours);
  const holds = `${ours.candidate} holds its objective with ${cost}`;
  if (rivals.length === 1) return holds;
  if (cheapest !== undefined)
    return `${holds}; ${cheapest.candidate} holds it with ${shownHours(cheapest.mean.gpuHours)}`;
  return holding.length === 1
    ? `${holds}; no other candidate holds it`
    : `${holds}, the fewest of the ${holding.length} candidates that do`;
}

function figures({ candidate, mean }: CandidateScore): string {
  const attained = mean.attainmentRatio === null ? "no requests" : `${percent(mean.attainmentRatio)} in time`;
  const p99 = mean.latencyP99Ms === null ? "no p99" : `p99 ${shownMs(mean.latencyP99Ms)}`;
  const turns = `${Number(mean.reversals.toFixed(1))} ${mean.reversals === 1 ? "reversal" : "reversals"}`;
  return `${candidate}: ${attained}, ${shownHours(mean.gpuHours)} GPU-hours, ${p99}, ${turns}`;
}

function against(ours: CandidateScore, other: CandidateScore): string {
  const { gpuHours, attainmentRatio } = scoreDifference(ours, other);
  const hours =
    gpuHours === null
      ? "GPU-hours unknown"
      : `GPU-hours ${signed(gpuHours, shownHours)}${relative(gpuHours)}`;
  const share =
    attainmentRatio === null ? "attainment unknown" : `in time ${signed(attainmentRatio, points)} points`;
  return `against ${ours.candidate}: ${hours}, ${share}`;
}

function rejection(
  score: CandidateScore,
  ours: CandidateScore,
  objectives: readonly WorkloadObjective[],
): string | null {
  const { candidate, missed, mean } = score;
  const [first] = missed;
  if (first !== undefined) {
    const objective = objectives.find(({ workload }) => workload === first.workload)?.percentile ?? 0;
    const more = missed.length === 1 ? "" : `, and ${missed.length - 1} more`;
    return `${candidate}: misses the objective of ${first.workload}, ${percent(first.attainmentRatio)} of ${objective} %${more}`;
  }
  if (score === ours || ours.missed.length > 0) return null;
  const { gpuHours, attainmentRatio } = scoreDifference(ours, score);
  const isDearer = gpuHours !== null && (gpuHours.low ?? gpuHours.difference) > 0;
  const isBetter = attainmentRatio !== null && (attainmentRatio.low ?? attainmentRatio.difference) > 0;
  if (!isDearer || isBetter) return null;
  return `${candidate}: holds it too, for ${shownHours(mean.gpuHours - ours.mean.gpuHours)} GPU-hours more`;
}

function breaches({ runs }: SimulationResult): readonly string[] {
  return runs.flatMap(({ candidate, workload, seed, invariantBreaches }) =>
    [...new Set(invariantBreaches)].map(
      (breach) => `${candidate}: invariant broken: ${breach} (${workload}, seed ${seed})`,
    ),
  );
}

/** `+0.31 (+0.20 to +0.42)`; the interval where there is one. */
function signed({ difference, low, high }: PairedDifference, shown: (value: number) => string): string {
  const text = (value: number): string => `${value < 0 ? "−" : "+"}${shown(Math.abs(value))}`;
  return low === null || high === null
    ? text(difference)
    : `${text(difference)} (${text(low)} to ${text(high)})`;
}

function relative({ base, difference }: PairedDifference): string {
  if (base === 0) return "";
  return ` = ${difference < 0 ? "−" : "+"}${Math.abs((difference / base) * 100).toFixed(1)} %`;
}

/** Returns a share in percent, rounded down: what misses an objective never looks as if it held it. */
export function percent(ratio: number): string {
  return `${(Math.floor(ratio * 10 ** (2 + SHARE_DIGITS) + ROUNDING) / 10 ** SHARE_DIGITS).toFixed(SHARE_DIGITS)} %`;
}

function points(ratio: number): string {
  return (ratio * 100).toFixed(SHARE_DIGITS);
}

function shownHours(value: number): string {
  return value.toFixed(value < 10 ? 3 : 1);
}

function shownMs(value: number): string {
  return value < 10_000 ? `${Number(value.toPrecision(3))} ms` : `${Number((value / 1000).toPrecision(3))} s`;
}
