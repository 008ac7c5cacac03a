// Every declared signal, in order, with its wish.

import type { SignalStep } from "../domain/decision.ts";
import { SIGNAL_NAMES, type SignalName } from "../domain/policy.ts";
import { pendingRequestsWish } from "./backlog-signal.ts";
import type { TickContext } from "./context.ts";
import { gpuMemoryWish } from "./guard-signal.ts";
import { inFlightWish, requestRateWish } from "./load-signals.ts";
import { qualityWish } from "./quality-signals.ts";
import type { Wish } from "./wish.ts";

const NO_READING: Wish = { replicas: null, reason: "ABSENT" };

type WishOf<Name extends SignalName> = (
  reading: NonNullable<TickContext["observation"]["signals"][Name]>,
  signal: NonNullable<TickContext["policy"]["signals"][Name]>,
  context: TickContext,
) => Wish;

const WISHES: { readonly [Name in SignalName]: WishOf<Name> } = {
  requestRate: requestRateWish,
  inFlight: inFlightWish,
  pendingRequests: pendingRequestsWish,
  queueDuration: qualityWish,
  latency: qualityWish,
  gpuMemory: gpuMemoryWish,
};

/** Returns one step for each declared signal, in the order of `SIGNAL_NAMES`. */
export function signalSteps(context: TickContext): readonly SignalStep[] {
  return SIGNAL_NAMES.flatMap((name) => signalStep(name, context));
}

function signalStep<Name extends SignalName>(name: Name, context: TickContext): readonly SignalStep[] {
  const signal = context.policy.signals[name];
  if (signal === null) return [];
  const reading = context.observation.signals[name];
  const { replicas, reason } = reading === undefined ? NO_READING : WISHES[name](reading, signal, context);
  return [{ step: "signal", signal: name, wish: replicas, reason }];
}
