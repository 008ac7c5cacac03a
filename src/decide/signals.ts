// Every declared signal, in order, with its wish.

import type { SignalStep } from "../domain/decision.ts";
import { type CustomReading, customReading } from "../domain/observation.ts";
import {
  type AnySignalName,
  CAPACITY_SIGNAL,
  type CustomSignalPolicy,
  SIGNAL_NAMES,
  type SignalName,
} from "../domain/policy.ts";
import { customBacklogWish, pendingRequestsWish } from "./backlog-signal.ts";
import { requestRateWish, undeclaredCapacityWish } from "./capacity-signal.ts";
import type { TickContext } from "./context.ts";
import { gpuMemoryWish } from "./guard-signal.ts";
import { declaredLoadWish, inFlightWish } from "./load-signals.ts";
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
  queueDuration: (reading, _, context) => qualityWish("queueDuration", reading, context),
  latency: (reading, _, context) => qualityWish("latency", reading, context),
  gpuMemory: gpuMemoryWish,
};

/**
 * Returns one step for each declared signal: the built-in ones in the order of `SIGNAL_NAMES`, then the custom ones.
 * What was learned sizes as a signal of its own, before them, where no request rate is declared.
 */
export function signalSteps(context: TickContext): readonly SignalStep[] {
  const capacity = undeclaredCapacityWish(context);
  return [
    ...(capacity === null ? [] : [stepOf(CAPACITY_SIGNAL, capacity)]),
    ...SIGNAL_NAMES.flatMap((name) => signalStep(name, context)),
    ...context.policy.signals.custom.map((signal) => customStep(signal, context)),
  ];
}

function signalStep<Name extends SignalName>(name: Name, context: TickContext): readonly SignalStep[] {
  const signal = context.policy.signals[name];
  if (signal === null) return [];
  const reading = context.observation.signals[name];
  return [stepOf(name, reading === undefined ? NO_READING : WISHES[name](reading, signal, context))];
}

function customStep(signal: CustomSignalPolicy, context: TickContext): SignalStep {
  const reading = customReading(context.observation.signals, signal.name);
  return stepOf(signal.name, reading === null ? NO_READING : customWish(reading, signal, context));
}

function stepOf(signal: AnySignalName, { replicas, reason }: Wish): SignalStep {
  return { step: "signal", signal, wish: replicas, reason };
}

/** A reading of another kind than the signal is none of its own. */
function customWish(reading: CustomReading, signal: CustomSignalPolicy, context: TickContext): Wish {
  if (signal.kind === "load" && reading.kind === "load") return declaredLoadWish(reading, signal, context);
  if (signal.kind === "backlog" && reading.kind === "backlog") {
    return customBacklogWish(reading, signal, context);
  }
  return signal.kind === "quality" && reading.kind === "quality"
    ? qualityWish(signal.name, reading, context)
    : NO_READING;
}
