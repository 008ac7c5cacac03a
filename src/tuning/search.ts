// The search: an even start, thinned out on growing stretches of time, then bred on the whole of the training time.

import type { RandomStream } from "../simulator/random/random-stream.ts";
import { bestFirst, type Outcome } from "./pareto.ts";
import { SobolSequence } from "./sobol.ts";
import { child, type Point } from "./variation.ts";

/** Of the budget, the part that the even start and its thinning out may take. */
const START_RATIO = 0.5;
/** Successive halving keeps one in so many, on a stretch so many times as long. */
const HALVING = 3;
const ROUNDS = 3;
const LEAST_POPULATION = 4;
const MOST_POPULATION = 64;

/** Evaluates points on a share of the training time; in the same order. */
export type Evaluate = (points: readonly Point[], timeRatio: number) => Promise<readonly Outcome[]>;

export type SearchInput = {
  readonly dimensions: number;
  /** Points that are in the search from its beginning, whatever they come to: today's policy. */
  readonly known: readonly Point[];
  /** How many evaluations there may be in all, short ones counted in full. */
  readonly evaluations: number;
  /** No share of the training time below it says enough to thin out by. */
  readonly leastTimeRatio: number;
  readonly random: RandomStream;
  readonly evaluate: Evaluate;
};

/** A point and what it came to on the whole of the training time. */
export type Evaluated = { readonly point: Point; readonly outcome: Outcome };

export type SearchResult = {
  /** All that were evaluated on the whole training time, best first. */
  readonly evaluated: readonly Evaluated[];
  readonly evaluations: number;
};

/** Returns what the search found; the known points are always among it. Equal inputs give equal results. */
export async function search(input: SearchInput): Promise<SearchResult> {
  const started = await start(input);
  let population = started.evaluated;
  let all = [...population];
  let used = started.evaluations;
  while (used < input.evaluations && population.length > 0) {
    const count = Math.min(input.evaluations - used, populationSize(input.evaluations));
    const points = breed(population, count, input.random);
    const born = pair(points, await input.evaluate(points, 1));
    used += points.length;
    all = [...all, ...born];
    population = best([...population, ...born], populationSize(input.evaluations));
  }
  return { evaluated: best(all, all.length), evaluations: used };
}

/** Sobol points, of which the better third goes on to a stretch three times as long. */
async function start({
  dimensions,
  known,
  evaluations,
  leastTimeRatio,
  random,
  evaluate,
}: SearchInput): Promise<SearchResult> {
  const sequence = new SobolSequence(dimensions, random);
  const rounds = timeRatios(leastTimeRatio);
  const first = firstRound(evaluations, known.length, rounds.length);
  let points: readonly Point[] = Array.from({ length: first }, () => sequence.next());
  let used = 0;
  let found: readonly Evaluated[] = [];
  for (const timeRatio of rounds) {
    // Today's policy is in every round: what goes on is judged against it at the end, not before.
    const entrants = [...known, ...points];
    found = pair(entrants, await evaluate(entrants, timeRatio));
    used += entrants.length;
    const survivors = best(found.slice(known.length), Math.ceil(points.length / HALVING));
    points = survivors.map(({ point }) => point);
  }
  return { evaluated: best(found, found.length), evaluations: used };
}

/** The shares of the training time, one a round: …, 1/9, 1/3, 1. */
function timeRatios(least: number): readonly number[] {
  return Array.from({ length: ROUNDS }, (_, round) => HALVING ** (round - ROUNDS + 1)).filter(
    (ratio) => ratio === 1 || ratio >= least,
  );
}

/** How many points the first round has, so that all its rounds take their part of the budget. */
function firstRound(evaluations: number, known: number, rounds: number): number {
  const perPoint = Array.from({ length: rounds }, (_, round) => HALVING ** -round).reduce(
    (sum, one) => sum + one,
    0,
  );
  return Math.max(HALVING, Math.floor((evaluations * START_RATIO - rounds * known) / perPoint));
}

function populationSize(evaluations: number): number {
  return Math.min(MOST_POPULATION, Math.max(LEAST_POPULATION, Math.round(Math.sqrt(evaluations))));
}

function breed(population: readonly Evaluated[], count: number, random: RandomStream): readonly Point[] {
  const parent = (): Point => {
    // The population is sorted: the earlier of two drawn ones is the better (binary tournament).
    const place = Math.min(random.below(population.length), random.below(population.length));
    return population[place]?.point ?? [];
  };
  return Array.from({ length: count }, () => child(parent(), parent(), random));
}

function best(found: readonly Evaluated[], count: number): readonly Evaluated[] {
  return bestFirst(found.map(({ outcome }) => outcome))
    .slice(0, count)
    .flatMap((index) => found[index] ?? []);
}

function pair(points: readonly Point[], outcomes: readonly Outcome[]): readonly Evaluated[] {
  return points.flatMap((point, index) => {
    const outcome = outcomes[index];
    return outcome === undefined ? [] : [{ point, outcome }];
  });
}
