// Every declared signal, in order, with its wish.

import type { SignalStep } from "../domain/decision.ts";
import { type CustomReading, customReading } from "../domain/observation.ts";
import { type CustomSignalPolicy, SIGNAL_NAMES, type SignalName } from "../domain/policy.ts";
import { customBacklogWish, pendingRequestsWish } from "./backlog-signal.ts";
import type { TickContext } from "./context.ts";
import { gpuMemoryWish } from "./guard-signal.ts";
import { arrivingLoadWish, inFlightWish } from "./load-signals.ts";
import { customQualityWish, qualityWish } from "./quality-signals.ts";
import type { Wish } from "./wish.ts";

const NO_READING: Wish = { replicas: null, reason: "ABSENT" };

type WishOf<Name extends SignalName> = (
  reading: NonNullable<TickContext["observation"]["signals"][Name]>,
  signal: NonNullable<TickContext["policy"]["signals"][Name]>,
  context: TickContext,
) => Wish;

const WISHES: { readonly [Name in SignalName]: WishOf<Name> } = {
  requestRate: arrivingLoadWish,
  inFlight: inFlightWish,
  pendingRequests: pendingRequestsWish,
  queueDuration: qualityWish,
  latency: qualityWish,
  gpuMemory: gpuMemoryWish,
};

/** Returns one step for each declared signal: the built-in ones in the order of `SIGNAL_NAMES`, then the custom ones. */
export function signalSteps(context: TickContext): readonly SignalStep[] {
  return [
    ...SIGNAL_NAMES.flatMap((name) => signalStep(name, context)),
    ...context.policy.signals.custom.map((signal) => customStep(signal, context)),
  ];
}

function signalStep<Name extends SignalName>(name: Name, context: TickContext): readonly SignalStep[] {
  const signal = context.policy.signals[name];
  if (signal === null) return [];
  const reading = context.observation.signals[name];
  const { replicas, reason } = reading === undefined ? NO_READING : WISHES[name](reading, signal, context);
  return [{ step: "signal", signal: name, wish: replicas, reason }];
}

function customStep(signal: CustomSignalPolicy, context: TickContext): SignalStep {
  const reading = customReading(context.observation.signals, signal.name);
  const { replicas, reason } = reading === null ? NO_READING : customWish(reading, signal, context);
  return { step: "signal", signal: signal.name, wish: replicas, reason };
}

/** A reading of another kind than the signal is none of its own. */
function customWish(reading: CustomReading, signal: CustomSignalPolicy, context: TickContext): Wish {
  if (signal.kind === "load" && reading.kind === "load") return arrivingLoadWish(reading, signal, context);
  if (signal.kind === "backlog" && reading.kind === "backlog") {
    return customBacklogWish(reading, signal, context);
  }
  return signal.kind === "quality" && reading.kind === "quality"
    ? customQualityWish(reading, signal, context)
    : NO_READING;
}
