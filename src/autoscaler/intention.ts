// What a decision means for the replicas as they stand now: the number to write, or why nothing is written.

import type { PolicyMode } from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import { elapsed, type Instant, type Millis } from "../domain/units.ts";

/** A record older than this many tick intervals is no reason to act. */
const RECORD_AGE_MAX_TICKS = 3;

export type Intention =
  | { readonly kind: "write"; readonly replicas: number }
  | { readonly kind: "none"; readonly why: NoWrite };

/**
 * `agreed`: it is so already. `noNumber`: the decision names none. `shadow`: the policy only watches. `stale`: ticks
 * have stopped. `changed`: replicas were changed since the decision, so that the next one must look first.
 */
export type NoWrite = "agreed" | "noNumber" | "shadow" | "stale" | "changed";

export type Standing = {
  readonly record: DecisionRecord;
  readonly mode: PolicyMode;
  readonly tickInterval: Millis;
  readonly now: Instant;
  /** Desired replicas as they were read just now. */
  readonly desired: number;
};

/**
 * Returns what to do. A decision was made for the replicas that it saw. Where these have changed since, more is still
 * asked for (the demand is there), but never less than stands now; fewer only where nothing has changed, since another
 * may have had a reason.
 */
export function intentionOf({ record, mode, tickInterval, now, desired }: Standing): Intention {
  const wanted = record.answer.metricValue;
  const seen = record.observation.replicas.desired;
  if (mode === "shadow") return none("shadow");
  if (record.answer.code !== "OK" || wanted === null || seen === null) return none("noNumber");
  if (elapsed(record.at, now) > RECORD_AGE_MAX_TICKS * tickInterval) return none("stale");
  if (wanted === desired) return none("agreed");
  if (wanted > seen) return wanted > desired ? { kind: "write", replicas: wanted } : none("changed");
  if (desired !== seen || wanted === seen) return none("changed");
  return { kind: "write", replicas: wanted };
}

function none(why: NoWrite): Intention {
  return { kind: "none", why };
}
