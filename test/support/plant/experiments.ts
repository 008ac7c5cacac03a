// Experiments under stated defaults, and how their figures are put down.

import { initialState } from "../../../src/domain/state.ts";
import type { RateProfile } from "./arrivals.ts";
import { boundPolicy, SHAPE_C } from "./bound-policy.ts";
import { type Experiment, type ExperimentResult, runExperiment } from "./closed-loop.ts";

export const HOUR = 3600;
export const SEEDS = [1, 2, 3];
/** Requests/s that one replica is meant to carry: three quarters of what it can. */
export const LOAD_TARGET = 30;
/** Requests/s that saturate one replica. */
export const CAPACITY = 40;

/** What an experiment must say, and whatever it has otherwise than by default. */
export type Setting = Pick<Experiment, "seed" | "rate" | "initialReplicas" | "durationSeconds"> &
  Partial<Experiment>;

/** Runs an experiment: Poisson arrivals, 15 s between scrapes and between ticks, starts of 180 s (half of them longer). */
export function run(setting: Setting): ExperimentResult {
  return runExperiment({
    policy: boundPolicy(),
    state: initialState({ remembers: true }),
    process: "poisson",
    shape: SHAPE_C,
    startup: { medianSeconds: 180, spread: 1.6 },
    summaries: false,
    scrapeSeconds: 15,
    tickSeconds: 15,
    lagSeconds: 2,
    scrapeLossRatio: 0,
    forced: null,
    onTick: () => undefined,
    ...setting,
  });
}

/** Returns the replica-hours that a demand needs at the load target, were there no start-up time. */
export function neededHours(rate: RateProfile, durationSeconds: number): number {
  let replicaSeconds = 0;
  for (let at = 0; at < durationSeconds; at += 1) replicaSeconds += Math.ceil(rate(at) / LOAD_TARGET - 1e-9);
  return replicaSeconds / HOUR;
}

/** The figures of one run. */
export type Figures = Readonly<Record<string, number>>;

/** Measured figures, printed when a file's tests are over: one line an experiment, over all of its seeds. */
export class FigureSheet {
  readonly #runs = new Map<string, { readonly seeds: number[]; readonly values: Map<string, number[]> }>();

  note(experiment: string, seed: number, figures: Figures): void {
    const runs = this.#runs.get(experiment) ?? { seeds: [], values: new Map<string, number[]>() };
    this.#runs.set(experiment, runs);
    runs.seeds.push(seed);
    for (const [name, value] of Object.entries(figures)) {
      runs.values.set(name, [...(runs.values.get(name) ?? []), Number(value.toPrecision(4))]);
    }
  }

  /** The lines so far: each figure once where it is the same for all seeds, else in the order of the seeds. */
  lines(): readonly string[] {
    return [...this.#runs].map(([experiment, { seeds, values }]) => {
      const figures = [...values].map(
        ([name, of]) => `${name} ${new Set(of).size === 1 ? of[0] : of.join(" ")}`,
      );
      return `${experiment}, seed${seeds.length > 1 ? "s" : ""} ${seeds.join(" ")}: ${figures.join(", ")}`;
    });
  }

  print(): void {
    process.stdout.write(`${this.lines().join("\n")}\n`);
  }
}
