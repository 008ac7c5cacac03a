// The recent records of every policy, kept in memory for the API.

import type { DecisionRecord } from "../domain/record.ts";
import type { Instant } from "../domain/units.ts";

/** Which records: from `from` to `to`, both included (null = no bound), at most `limit`. */
export type RecordSpan = {
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly limit: number;
};

export interface RecordHistory {
  /** Takes a record, newer than those of its policy before. */
  add(record: DecisionRecord): void;
  /** Returns the policy's records in the span, newest first. */
  newest(key: string, span: RecordSpan): Promise<readonly DecisionRecord[]>;
  /** Drops the policy's records. */
  forget(key: string): void;
}

/** Keeps nothing: for runs that nobody asks afterwards. */
export const noHistory: RecordHistory = {
  add: () => undefined,
  newest: async () => [],
  forget: () => undefined,
};
