// The first signal's step of one tick.

import { decide } from "../../src/decide/decide.ts";
import type { SignalStep } from "../../src/domain/decision.ts";
import type { Observation } from "../../src/domain/observation.ts";
import type { Policy } from "../../src/domain/policy.ts";
import { initialState } from "../../src/domain/state.ts";
import { aPolicy } from "./builders.ts";

/** Returns what the first declared signal asks for in one tick from nothing. */
export function signalStep(
  observation: Observation,
  { policy = aPolicy() }: { readonly policy?: Policy },
): Omit<SignalStep, "step"> | undefined {
  const found = decide(initialState(), observation, policy).steps.find((step) => step.step === "signal");
  if (found?.step !== "signal") return undefined;
  const { signal, wish, reason } = found;
  return { signal, wish, reason };
}
