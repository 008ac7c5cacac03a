// A plan that an operator who knew all the traffic could run: estimated, simulated as a whole, repaired and trimmed.

import type { ReplicaPlan } from "../scalers/baselines/replica-plan.ts";
import { cheapestCourse, courseCost, type PlanCosts } from "./gap-filling.ts";

/** The requests that arrived in a slot and how many of them were good. */
export type SlotOutcome = { readonly arrived: number; readonly good: number };

export type PlanSearch = {
  readonly costs: PlanCosts;
  /** The work that arrives in each slot, in replicas that are busy with it all the time; where the search starts from. */
  readonly work: readonly number[];
  readonly attainmentRatio: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Runs the whole time with a plan; one outcome a slot, slots that are not counted with 0 arrived. */
  readonly simulate: (plan: ReplicaPlan) => readonly SlotOutcome[];
  /** So many runs at most; 40 is plenty for a day of minutes. */
  readonly simulationsMax: number;
};

export type FoundPlan = {
  readonly plan: ReplicaPlan;
  /** Replicas that each slot needed, before gaps were bridged: the demand of the elasticity metrics. */
  readonly needed: readonly number[];
  /** Ready and starting, as the plan is meant; a run adds drawn starts and draining. */
  readonly replicaSeconds: number;
  readonly attainmentRatio: number | null;
  /** Whether the required share was reached; else the plan is the best that was found. */
  readonly isMet: boolean;
  readonly simulations: number;
};

const LOAD_STEPS = 6;
const LEAST_LOAD = 0.4;
const REPAIRS_MAX = 12;
/** The first trims take a replica away in half of the time, the last in such a part of it. */
const TRIM_PARTS_MAX = 16;

/**
 * Returns the cheapest plan found that reaches the required share. Three steps, each simulated as a whole run, so that
 * backlog carries over: the highest load per replica that suffices throughout, by bisection; from a somewhat higher load,
 * one replica more wherever slots miss most; then one less in parts of the time, kept wherever that still suffices.
 */
export function searchPlan(search: PlanSearch): FoundPlan {
  const trials = new Trials(search);
  const load = trials.highestLoad();
  trials.repairFrom(neededAt(search, Math.min(1, load * 1.15)));
  trials.trim();
  return trials.best();
}

/** Returns what each slot needs if a replica may be busy for that share of the time. */
function neededAt({ work, ...bounds }: PlanSearch, load: number): readonly number[] {
  return work.map((replicas) => within(bounds, Math.ceil(replicas / load - 1e-9)));
}

function within(
  bounds: { readonly minReplicas: number; readonly maxReplicas: number },
  replicas: number,
): number {
  return Math.min(bounds.maxReplicas, Math.max(bounds.minReplicas, replicas));
}

/** One plan and what came of it. */
type Trial = Omit<FoundPlan, "simulations"> & { readonly outcomes: readonly SlotOutcome[] };

/** The runs so far, and the best of them. */
class Trials {
  readonly #search: PlanSearch;
  #best: Trial | null = null;
  #count = 0;

  constructor(search: PlanSearch) {
    this.#search = search;
  }

  /** Returns the highest share of the time that replicas may be busy, with which the plan suffices; the least that is tried if none does. */
  highestLoad(): number {
    let low = LEAST_LOAD;
    let high = 1;
    if (this.#try(neededAt(this.#search, high))?.isMet === true) return high;
    for (let step = 0; step < LOAD_STEPS; step += 1) {
      const middle = (low + high) / 2;
      if (this.#try(neededAt(this.#search, middle))?.isMet === true) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Adds replicas where most is missed, until the required share is reached. */
  repairFrom(start: readonly number[]): void {
    let needed = start;
    for (let repair = 0; repair < REPAIRS_MAX; repair += 1) {
      const trial = this.#try(needed);
      if (trial === null || trial.isMet) return;
      needed = this.#repaired(needed, trial.outcomes);
    }
  }

  /** Takes one replica away in ever smaller parts of the time, and keeps what still suffices. */
  trim(): void {
    for (let parts = 2; parts <= TRIM_PARTS_MAX; parts *= 2) {
      for (let part = 0; part < parts; part += 1) {
        const { needed, isMet } = this.#bestSoFar();
        if (!isMet) return;
        const size = Math.ceil(needed.length / parts);
        const fewer = needed.map((replicas, slot) =>
          Math.floor(slot / size) === part ? within(this.#search, replicas - 1) : replicas,
        );
        if (fewer.some((replicas, slot) => replicas !== needed[slot])) this.#try(fewer);
      }
    }
  }

  best(): FoundPlan {
    const { plan, needed, replicaSeconds, attainmentRatio, isMet } = this.#bestSoFar();
    return { plan, needed, replicaSeconds, attainmentRatio, isMet, simulations: this.#count };
  }

  #bestSoFar(): Trial {
    if (this.#best !== null) return this.#best;
    const needed = neededAt(this.#search, LEAST_LOAD);
    return { ...this.#planned(needed), outcomes: [], attainmentRatio: null, isMet: false };
  }

  /** Runs a plan for these needs and remembers it if it is the best; null when there are no runs left. */
  #try(needed: readonly number[]): Trial | null {
    if (this.#count >= this.#search.simulationsMax) return null;
    this.#count += 1;
    const planned = this.#planned(needed);
    const outcomes = this.#search.simulate(planned.plan);
    const attainmentRatio = attainmentOf(outcomes);
    const isMet = attainmentRatio === null || attainmentRatio >= this.#search.attainmentRatio;
    const trial: Trial = { ...planned, outcomes, attainmentRatio, isMet };
    if (this.#best === null || isBetter(trial, this.#best)) this.#best = trial;
    return trial;
  }

  #planned(needed: readonly number[]): Pick<Trial, "plan" | "needed" | "replicaSeconds"> {
    const { costs } = this.#search;
    const replicas = cheapestCourse(needed, costs);
    const plan = { slotSeconds: costs.slotSeconds, replicas };
    return { plan, needed, replicaSeconds: courseCost(replicas, costs) };
  }

  /** One more in the slots that miss most, half of what is missed in all, and in those before, whose backlog they carry. */
  #repaired(needed: readonly number[], outcomes: readonly SlotOutcome[]): readonly number[] {
    const missed = outcomes.map(({ arrived, good }) => arrived - good);
    const worst = missed.map((_, slot) => slot).sort((a, b) => (missed[b] ?? 0) - (missed[a] ?? 0));
    const half = missed.reduce((sum, count) => sum + count, 0) / 2;
    const raised = [...needed];
    let covered = 0;
    for (const slot of worst) {
      if (covered >= half || (missed[slot] ?? 0) <= 0) break;
      covered += missed[slot] ?? 0;
      for (const at of [slot - 1, slot]) {
        if (at >= 0) raised[at] = within(this.#search, Math.max(raised[at] ?? 0, (needed[at] ?? 0) + 1));
      }
    }
    return raised;
  }
}

/** A plan that suffices beats one that does not; then the cheaper, or the one that reaches more. */
function isBetter(trial: Trial, best: Trial): boolean {
  if (trial.isMet !== best.isMet) return trial.isMet;
  if (!trial.isMet) return (trial.attainmentRatio ?? 0) > (best.attainmentRatio ?? 0);
  return trial.replicaSeconds < best.replicaSeconds;
}

function attainmentOf(outcomes: readonly SlotOutcome[]): number | null {
  const arrived = outcomes.reduce((sum, slot) => sum + slot.arrived, 0);
  return arrived === 0 ? null : outcomes.reduce((sum, slot) => sum + slot.good, 0) / arrived;
}
