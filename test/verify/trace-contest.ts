// The contest on real traffic: each rule tuned on training time with the same budget, then run on held-out time.

import { randomStream } from "../../src/simulator/random/random-stream.ts";
import { SobolSequence } from "../../src/tuning/sobol.ts";
import { TRACE_CASES, type TraceCase } from "./trace-cases.ts";
import type { TracePool } from "./trace-pool.ts";
import { parametersAt, TRACE_RULES, type TraceRule } from "./trace-rules.ts";
import { CLAIRVOYANT, type TraceJob, type TraceScore } from "./trace-run.ts";

/** The share of requests within the objective that is asked for. */
export const REQUIRED = 0.99;
const TRAIN_SEED = 1;
/** None of them was trained with. */
export const HELD_OUT_SEEDS: readonly number[] = [101, 102, 103, 104];

export type Entrant = {
  readonly rule: string;
  readonly parameters: TraceJob["parameters"];
  /** Of the parameters that were chosen. */
  readonly trained: TraceScore | null;
  /** One a held-out seed. */
  readonly heldOut: readonly TraceScore[];
};

export type Contest = {
  readonly traced: TraceCase;
  /** Ours first, the clairvoyant last. */
  readonly entrants: readonly Entrant[];
};

type Tried = { readonly job: TraceJob; readonly score: TraceScore };
type Pair = { readonly traced: TraceCase; readonly rule: TraceRule };

/** Returns what every rule came to on every trace; `budget` is the number of parameter sets that each may try on each. */
export async function holdContest(
  pool: TracePool,
  { folder, budget }: { readonly folder: string; readonly budget: number },
): Promise<readonly Contest[]> {
  const pairs = TRACE_CASES.flatMap((traced) => TRACE_RULES.map((rule) => ({ traced, rule })));
  const chosen = await trained(pool, { pairs, folder, budget });
  const clairvoyant = TRACE_CASES.map(({ name }) => ({
    ...baseJob(folder, name),
    rule: CLAIRVOYANT,
    parameters: {},
  }));
  const entering = [...chosen.map(({ job }) => job), ...clairvoyant];
  const jobs = entering.flatMap((job) =>
    HELD_OUT_SEEDS.map((seed): TraceJob => ({ ...job, part: "hold-out", seed })),
  );
  const scores = await pool.run(jobs);
  const entrants = entering.map((job, index) => ({
    ...job,
    trained: chosen[index]?.score ?? null,
    heldOut: scores.slice(index * HELD_OUT_SEEDS.length, (index + 1) * HELD_OUT_SEEDS.length),
  }));
  return TRACE_CASES.map((traced) => ({
    traced,
    entrants: entrants.filter((entrant) => entrant.traced === traced.name),
  }));
}

function baseJob(folder: string, traced: string) {
  return { folder, traced, part: "train", seed: TRAIN_SEED } as const;
}

async function trained(
  pool: TracePool,
  {
    pairs,
    folder,
    budget,
  }: { readonly pairs: readonly Pair[]; readonly folder: string; readonly budget: number },
): Promise<readonly Tried[]> {
  const jobs = pairs.flatMap(({ traced, rule }) =>
    points(traced, rule, budget).map(
      (point): TraceJob => ({
        ...baseJob(folder, traced.name),
        rule: rule.name,
        parameters: parametersAt(rule, traced, point),
      }),
    ),
  );
  const scores = await pool.run(jobs);
  const tried = jobs.flatMap((job, index) => {
    const score = scores[index];
    return score === undefined ? [] : [{ job, score }];
  });
  return pairs.flatMap((_, index) => best(tried.slice(index * budget, (index + 1) * budget)) ?? []);
}

function points(traced: TraceCase, rule: TraceRule, budget: number): readonly (readonly number[])[] {
  const dimensions = Object.keys(rule.axes(traced)).length;
  const sequence = new SobolSequence(dimensions, randomStream(TRAIN_SEED, "contest"));
  return Array.from({ length: budget }, () => sequence.next());
}

/** The cheapest that reaches what is asked for; where none does, the one that comes nearest. */
function best(tried: readonly Tried[]): Tried | undefined {
  const reaching = tried.filter(({ score }) => score.attainmentRatio >= REQUIRED);
  return reaching.length > 0
    ? reaching.toSorted((one, other) => one.score.gpuHours - other.score.gpuHours)[0]
    : tried.toSorted((one, other) => other.score.attainmentRatio - one.score.attainmentRatio)[0];
}
