// Runs of scripted ticks through the decision, and what they told.

import { type DecideResult, decide } from "../../src/decide/decide.ts";
import type { Observation } from "../../src/domain/observation.ts";
import type { Policy } from "../../src/domain/policy.ts";
import { initialState, type ScalerState } from "../../src/domain/state.ts";
import { anObservation, live } from "./builders.ts";

/** Runs the ticks in order; returns each result. */
export function run(
  policy: Policy,
  observations: readonly Observation[],
  from = initialState(),
): readonly DecideResult[] {
  let state: ScalerState = from;
  return observations.map((observation) => {
    const result = decide(state, observation, policy);
    state = result.state;
    return result;
  });
}

/** The last step's reason and the answer of each result, as `7 COOLDOWN`. */
export function told(results: readonly DecideResult[]): readonly string[] {
  return results.map(({ steps, decision }) => `${decision.replicas} ${steps.at(-1)?.reason}`);
}

/** One tick at `t` with S = `desired`, all ready, and this many requests/s at 30 a replica. */
export function tick(t: number, desired: number, rate: number): Observation {
  return tickWith({ t, desired, rate, ready: desired });
}

/** The same with R = `ready`. */
export function tickWith({
  t,
  desired,
  rate,
  ready,
}: {
  t: number;
  desired: number;
  rate: number;
  ready: number;
}): Observation {
  return anObservation({
    t,
    desired,
    ready,
    signals: live({ requestRate: rate }),
    traffic: { arrivalsPerSecond: rate },
  });
}
