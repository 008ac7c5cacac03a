// Where people are told what was done to their workloads. Best effort: nobody waits for it, and it may be left out.

import type { Policy } from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import type { Instant } from "../domain/units.ts";

export type Scaled = {
  readonly policy: Policy;
  readonly record: DecisionRecord;
  readonly from: number;
  readonly to: number;
  readonly at: Instant;
};

export interface EventSink {
  scaled(event: Scaled): void;
}

/** Tells nobody. */
export const noEvents: EventSink = { scaled: () => undefined };
