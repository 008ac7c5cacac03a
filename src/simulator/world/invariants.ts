// What must hold of every run, whatever the policy and the traffic.

import { formatInstant } from "../../domain/instant.ts";
import { readingOf } from "../../domain/observation.ts";
import { type Policy, SIGNAL_NAMES } from "../../domain/policy.ts";
import type { DecisionRecord } from "../../domain/record.ts";
import type { RequestCounts } from "../../domain/simulation-result.ts";
import type { ScalerState } from "../../domain/state.ts";
import { elapsed } from "../../domain/units.ts";

export type Bounds = { readonly min: number; readonly max: number };

/** Under which policy, and after which state, something was decided. */
export type DecidedUnder = { readonly policy: Policy; readonly before: ScalerState };

/** Collects breaches; of each kind the first is told. */
export class Invariants {
  readonly #breaches = new Map<string, string>();

  breaches(): readonly string[] {
    return [...this.#breaches.values()];
  }

  /** Every request that arrived has exactly one outcome. */
  checkRequests(counts: RequestCounts, model: string): void {
    const { arrived, succeeded, rejected, timedOut, failed, unfinished } = counts;
    const ended = succeeded + rejected + timedOut + failed + unfinished;
    if (ended !== arrived) this.#breach("REQUESTS_LOST", `${model}: ${arrived} arrived, ${ended} ended`);
  }

  /** Nobody asks for replicas beyond the bounds. */
  checkWritten(replicas: number, bounds: Bounds, atSeconds: number): void {
    if (!isWithin(replicas, bounds)) this.#breach("OUT_OF_BOUNDS", `desired ${replicas} at ${atSeconds} s`);
  }

  /** A decision is later than the one before, a whole number within the bounds, and lower only where it may be. */
  checkDecision(record: DecisionRecord, { policy, before }: DecidedUnder): void {
    const { decision, observation, at } = record;
    const when = `at ${formatInstant(at)}`;
    if (before.at !== null && at <= before.at) this.#breach("TIME_WENT_BACK", when);
    const { replicas, status } = decision;
    if (replicas === null || status === "starting" || status === "unavailable") return;
    if (!isWithin(replicas, policy.replicas)) this.#breach("OUT_OF_BOUNDS", `decided ${replicas} ${when}`);
    const { desired } = observation.replicas;
    // Zero has rules of its own, and a count above the most comes down at once.
    if (desired === null || replicas === 0 || replicas >= Math.min(desired, policy.replicas.max)) return;
    const fall = `${desired} → ${replicas} ${when}`;
    if (!isEverythingKnown(record, policy)) this.#breach("SCALE_IN_WITHOUT_DATA", fall);
    const { lastIncreaseAt } = before;
    if (lastIncreaseAt !== null && elapsed(lastIncreaseAt, at) < policy.scaleIn.cooldown) {
      this.#breach("SCALE_IN_DURING_COOLDOWN", fall);
    }
  }

  #breach(code: string, detail: string): void {
    if (!this.#breaches.has(code)) this.#breaches.set(code, `${code}: ${detail}`);
  }
}

function isWithin(replicas: number, { min, max }: Bounds): boolean {
  if (!Number.isInteger(replicas)) return false;
  return (replicas === 0 && min === 0) || (replicas >= Math.max(1, min) && replicas <= max);
}

function isEverythingKnown({ observation }: DecisionRecord, { signals }: Policy): boolean {
  const { expected, fresh } = observation.pods;
  if (expected === 0 || fresh < expected) return false;
  const required = [
    ...SIGNAL_NAMES.filter((name) => signals[name]?.required === true),
    ...signals.custom.filter((signal) => signal.required).map(({ name }) => name),
  ];
  return required.every((name) => {
    const state = readingOf(observation.signals, name)?.state;
    return state === "live" || state === "idle";
  });
}
