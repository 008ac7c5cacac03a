// How many decisions one core makes from given observations, for a fleet whose histories are full.

import { decide } from "../../src/decide/decide.ts";
import type { Observation } from "../../src/domain/observation.ts";
import { initialState, type ScalerState } from "../../src/domain/state.ts";
import { coreSeconds } from "./core-seconds.ts";
import { observationOf, policyOf } from "./fleet.ts";
import { type Benchmark, type BenchResult, median } from "./result.ts";

const POLICIES = 10_000;
/** Longer than the stabilization window: every history has its full length. */
const TICKS_BEFORE = 25;
const ROUNDS = 9;

/** 10,000 policies, all signals declared, ticks of 15 s. The budget for one tick of them all is a second. */
export const benchmark: Benchmark = { name: "decide", run: async () => measure() };

function measure(): BenchResult[] {
  const policies = Array.from({ length: POLICIES }, (_, index) => policyOf(index));
  let states: readonly ScalerState[] = policies.map(() => initialState());
  let changes = 0;
  const tick = (observations: readonly Observation[]): void => {
    const next: ScalerState[] = [];
    for (let index = 0; index < POLICIES; index++) {
      const policy = policies[index];
      const state = states[index];
      const observation = observations[index];
      if (policy === undefined || state === undefined || observation === undefined) continue;
      const result = decide(state, observation, policy);
      if (result.decision.replicas !== observation.replicas.desired) changes++;
      next.push(result.state);
    }
    states = next;
  };
  const secondsTaken: number[] = [];
  for (let count = 0; count < TICKS_BEFORE + ROUNDS; count++) {
    const observations = policies.map((_, index) => observationOf(index, count));
    const taken = coreSeconds(() => tick(observations));
    if (count >= TICKS_BEFORE) secondsTaken.push(taken);
  }
  if (changes === 0)
    throw new Error("no decision asked for another number: the fleet does not exercise the steps");
  return [{ name: "decide", value: POLICIES / median(secondsTaken), unit: "decisions/s" }];
}
