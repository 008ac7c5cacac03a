// The whole of a tuning: search on training time, choice on validation time, confirmation on held-out time.

import type { TimeSplit, TuningDocument } from "../domain/tuning.ts";
import type { TunedScore } from "../domain/tuning-result.ts";
import type { RandomStream } from "../simulator/random/random-stream.ts";
import { type MeanInterval, pairedDifference } from "../simulator/results/paired.ts";
import type { PolicyScore } from "../simulator/results/policy-score.ts";
import { ranks } from "./pareto.ts";
import { type Evaluated, search } from "./search.ts";
import { type Changes, changesAt, pointOf } from "./search-space.ts";
import {
  meanScore,
  missedRequirement,
  outcomeOf,
  type RunTrials,
  type Stretch,
  type Trial,
  tryPolicies,
  violationOf,
} from "./trial.ts";

/** Policies are tried on validation time so many at once, the cheapest first, until one passes. */
const BATCH = 12;
const MOST_BATCHES = 5;
const MOST_OF_FRONT = 20;
/** On less time than this, scale-ins hardly happen: policies look alike that are not. */
const LEAST_TELLING_SECONDS = 7200;

export type TuneInput = {
  readonly document: TuningDocument;
  /** Today's values of the fields that are searched, where they are written. */
  readonly current: Changes;
  readonly durationSeconds: number;
  /** Returns the part of a stretch, so many seconds long, that says most: the one with the highest load. */
  readonly telling: (of: Stretch, lengthSeconds: number) => Stretch;
  readonly random: RandomStream;
  readonly run: RunTrials;
};

export type Rejected = { readonly changes: Changes; readonly why: string };

export type Confirmed = {
  readonly changes: Changes;
  readonly train: TunedScore;
  readonly holdOut: TunedScore;
  readonly gpuHours: MeanInterval | null;
  readonly attainmentRatio: MeanInterval | null;
};

export type Tuned = {
  readonly evaluations: number;
  readonly current: { readonly train: TunedScore; readonly holdOut: TunedScore };
  /** Null = nothing better was found and confirmed. */
  readonly recommended: Confirmed | null;
  readonly front: readonly { readonly changes: Changes; readonly train: TunedScore }[];
  readonly rejected: readonly Rejected[];
};

/** Returns what a tuning found. Throws where today's policy itself is refused. */
export async function tune(input: TuneInput): Promise<Tuned> {
  const { document, run, durationSeconds } = input;
  const stretches = splitTime(document.split, durationSeconds);
  const seeds = Array.from({ length: document.seeds }, (_, index) => index + 1);
  // Seeds that no search has seen, besides time that none has seen.
  const heldOutSeeds = seeds.map((seed) => seed + document.seeds);
  const found = await searchTraining(input, stretches.train, seeds);
  const chosen = await choose(input, found.scored, { stretch: stretches.validate, seeds });
  const finalists: readonly (Changes | null)[] = [
    null,
    ...(chosen.best === null ? [] : [chosen.best.changes]),
  ];
  const heldOut = await tryPolicies(run, finalists, { stretch: stretches.holdOut, seeds: heldOutSeeds });
  const holdOutScores = heldOut.map(scoresOf);
  const current = { train: meanScore(found.current), holdOut: meanScore(holdOutScores[0] ?? []) };
  const verdict =
    chosen.best === null
      ? { recommended: null, rejected: [] }
      : confirm({
          document,
          chosen: chosen.best,
          current: holdOutScores[0] ?? [],
          head: holdOutScores[1] ?? [],
        });
  return {
    evaluations: found.evaluations,
    current,
    recommended: verdict.recommended,
    front: found.front.slice(0, MOST_OF_FRONT),
    rejected: [...chosen.rejected, ...verdict.rejected],
  };
}

/** Returns the three stretches in time order. */
export function splitTime(
  split: TimeSplit,
  durationSeconds: number,
): Readonly<Record<keyof TimeSplit, Stretch>> {
  const trained = Math.round(split.train * durationSeconds);
  const validated = Math.round((split.train + split.validate) * durationSeconds);
  return {
    train: { fromSeconds: 0, toSeconds: trained },
    validate: { fromSeconds: trained, toSeconds: validated },
    holdOut: { fromSeconds: validated, toSeconds: durationSeconds },
  };
}

type Scored = { readonly changes: Changes; readonly train: TunedScore };

type Training = {
  readonly evaluations: number;
  readonly current: readonly PolicyScore[];
  /** All that ran on the whole training time; cheapest first. */
  readonly scored: readonly Scored[];
  readonly front: readonly Scored[];
};

async function searchTraining(
  { document, current, random, run, telling }: TuneInput,
  stretch: Stretch,
  seeds: readonly number[],
): Promise<Training> {
  const length = stretch.toSeconds - stretch.fromSeconds;
  const trials = new Map<string, Trial>();
  const evaluate = async (points: readonly (readonly number[])[], timeRatio: number) => {
    const policies = points.map((point) => changesAt(document.space, point));
    const found = await tryPolicies(run, policies, {
      stretch: timeRatio === 1 ? stretch : telling(stretch, length * timeRatio),
      seeds: seeds.slice(0, Math.ceil(seeds.length * timeRatio)),
    });
    return found.map((trial, index) => {
      if (timeRatio === 1) trials.set(JSON.stringify(policies[index]), trial);
      return outcomeOf(trial, document.require);
    });
  };
  const known = pointOf(document.space, current);
  const dimensions = document.space.length;
  const evaluations = document.budget.evaluations;
  const leastTimeRatio = LEAST_TELLING_SECONDS / length;
  const result = await search({ dimensions, known: [known], evaluations, leastTimeRatio, random, evaluate });
  const [today] = await tryPolicies(run, [null], { stretch, seeds });
  if (today === undefined || today.kind === "refused") throw new Error(today?.why ?? "no run");
  const rankOf = ranks(result.evaluated.map(({ outcome }) => outcome));
  const scored = scoredOf(result.evaluated, document, trials);
  const front = scoredOf(
    result.evaluated.filter((_, index) => rankOf[index] === 0),
    document,
    trials,
  );
  return { evaluations: result.evaluations, current: today.scores, scored, front };
}

/** The policies of points that ran, each once; cheapest first. */
function scoredOf(
  evaluated: readonly Evaluated[],
  { space }: TuningDocument,
  trials: ReadonlyMap<string, Trial>,
): readonly Scored[] {
  const scored = new Map<string, Scored>();
  for (const { point } of evaluated) {
    const changes = changesAt(space, point);
    const key = JSON.stringify(changes);
    const trial = trials.get(key);
    if (trial?.kind === "scores") scored.set(key, { changes, train: meanScore(trial.scores) });
  }
  return [...scored.values()].sort((left, right) => left.train.gpuHours - right.train.gpuHours);
}

type Choice = { readonly best: Scored | null; readonly rejected: readonly Rejected[] };

/** The cheapest that meets the requirement in training and on validation time. */
async function choose(
  { document, run }: TuneInput,
  scored: readonly Scored[],
  on: { readonly stretch: Stretch; readonly seeds: readonly number[] },
): Promise<Choice> {
  const rejected: Rejected[] = [];
  const passed = scored.filter(({ train }) => missedRequirement(train, document.require) === null);
  const nearest = passed.length === 0 ? leastMissed(scored, document) : null;
  if (nearest !== null) rejected.push(nearest);
  for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
    const entrants = passed.slice(batch * BATCH, (batch + 1) * BATCH);
    const scores = await validate(run, entrants, on);
    const verdicts = scores.map((score) => missedRequirement(score, document.require));
    entrants.forEach(({ changes }, index) => {
      const missed = verdicts[index] ?? null;
      if (missed !== null) rejected.push({ changes, why: `validation: ${missed}` });
    });
    const good = entrants.flatMap((scored, index) =>
      verdicts[index] === null ? [{ scored, gpuHours: scores[index]?.gpuHours ?? 0 }] : [],
    );
    const [best] = good.toSorted((left, right) => left.gpuHours - right.gpuHours);
    if (best !== undefined) return { best: best.scored, rejected };
  }
  return { best: null, rejected };
}

async function validate(
  run: RunTrials,
  entrants: readonly Scored[],
  on: { readonly stretch: Stretch; readonly seeds: readonly number[] },
): Promise<readonly TunedScore[]> {
  const policies = entrants.map(({ changes }) => changes);
  return (await tryPolicies(run, policies, on)).map((trial) => meanScore(scoresOf(trial)));
}

/** What came nearest to the requirement, with what it misses: said where nothing met it. */
function leastMissed(scored: readonly Scored[], { require }: TuningDocument): Rejected | null {
  const [nearest] = scored.toSorted(
    (left, right) => violationOf(left.train, require) - violationOf(right.train, require),
  );
  if (nearest === undefined) return null;
  return { changes: nearest.changes, why: `training: ${missedRequirement(nearest.train, require)}` };
}

type Confirmation = {
  readonly document: TuningDocument;
  readonly chosen: Scored;
  readonly current: readonly PolicyScore[];
  readonly head: readonly PolicyScore[];
};

function confirm({ document, chosen, current, head }: Confirmation): {
  readonly recommended: Confirmed | null;
  readonly rejected: readonly Rejected[];
} {
  const gpuHours = difference(current, head, (score) => score.gpuHours);
  const attainmentRatio = difference(current, head, (score) => score.attainmentRatio);
  const holdOut = meanScore(head);
  const why = refutation({ require: document.require, current: meanScore(current), holdOut, gpuHours });
  if (why !== null)
    return { recommended: null, rejected: [{ changes: chosen.changes, why: `held-out time: ${why}` }] };
  return { recommended: { ...chosen, holdOut, gpuHours, attainmentRatio }, rejected: [] };
}

/** Why held-out time does not confirm a policy; null = it does. A policy that alone meets the requirement may cost more. */
function refutation(input: {
  readonly require: TuningDocument["require"];
  readonly current: TunedScore;
  readonly holdOut: TunedScore;
  readonly gpuHours: MeanInterval | null;
}): string | null {
  const missed = missedRequirement(input.holdOut, input.require);
  if (missed !== null) return missed;
  if (missedRequirement(input.current, input.require) !== null) return null;
  const most = input.gpuHours?.high ?? input.gpuHours?.mean ?? 0;
  if (most < 0) return null;
  const mean = input.gpuHours?.mean ?? 0;
  return `GPU-hours ${mean < 0 ? "fall" : "rise"} by ${Math.abs(mean).toPrecision(3)}, which may be chance or nothing (at most ${most.toPrecision(3)})`;
}

function difference(
  current: readonly PolicyScore[],
  head: readonly PolicyScore[],
  of: (score: PolicyScore) => number | null,
): MeanInterval | null {
  const paired = pairedDifference(current.map(of), head.map(of));
  return paired === null ? null : { mean: paired.difference, low: paired.low, high: paired.high };
}

function scoresOf(trial: Trial | undefined): readonly PolicyScore[] {
  return trial?.kind === "scores" ? trial.scores : [];
}
