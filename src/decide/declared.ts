// What a policy says of a signal by its name, whether it is built in or custom.

import {
  type AnySignalName,
  CAPACITY_SIGNAL,
  customSignal,
  isBuiltIn,
  type SignalName,
  type SignalPolicies,
} from "../domain/policy.ts";

const LOAD_SIGNALS: readonly SignalName[] = ["requestRate", "inFlight"];

/** Returns whether a scale-in needs the signal's data; false for one that is not declared. */
export function isRequired(name: AnySignalName, signals: SignalPolicies): boolean {
  const declared = isBuiltIn(name) ? signals[name] : customSignal(signals, name);
  return declared?.required ?? false;
}

/** Returns whether a signal sizes the fleet. */
export function isLoadSignal(name: AnySignalName, signals: SignalPolicies): boolean {
  if (name === CAPACITY_SIGNAL) return true;
  return isBuiltIn(name) ? LOAD_SIGNALS.includes(name) : customSignal(signals, name)?.kind === "load";
}

/** Returns whether any declared signal sizes the fleet from the start, without anything learned. */
export function declaresLoadTarget({ requestRate, inFlight, custom }: SignalPolicies): boolean {
  const declaresRate = requestRate !== null && requestRate.targetPerReplica !== "learned";
  return declaresRate || inFlight !== null || custom.some(({ kind }) => kind === "load");
}
