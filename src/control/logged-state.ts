// What a policy's decisions had learned at an instant, rebuilt from a decision log.

import type { DecisionRecord, LogRecord } from "../domain/record.ts";
import type { ScalerState } from "../domain/state.ts";
import type { Instant } from "../domain/units.ts";
import { decideAndAnswer } from "./outcome.ts";
import type { PolicyParser, RebuiltPolicy } from "./replay.ts";

/** A policy's state after its last decision in a log, or before the first one. */
export type LoggedState = {
  readonly policy: string;
  readonly rebuilt: RebuiltPolicy;
  readonly state: ScalerState;
  readonly at: Instant;
  /** Null where the log ends with a state. */
  readonly record: DecisionRecord | null;
};

/** Takes the lines of one policy up to an instant; its last `state` line and the decisions after it give the state. */
export class LoggedStates {
  readonly #parsePolicy: PolicyParser;
  readonly #until: Instant | null;
  readonly #documents = new Map<string, unknown>();
  #hash: string | null = null;
  #opening: { readonly policy: string; readonly at: Instant; readonly state: ScalerState } | null = null;
  /** Decisions since that line: at most an hour of them. */
  #decisions: DecisionRecord[] = [];

  /** `until` null = to the end of the log. */
  constructor(parsePolicy: PolicyParser, until: Instant | null) {
    this.#parsePolicy = parsePolicy;
    this.#until = until;
  }

  /** Takes the next record. */
  take(record: LogRecord): void {
    if (this.#until !== null && record.at > this.#until) return;
    if (record.kind === "policy") {
      this.#documents.set(record.policyHash, record.document);
      this.#hash = record.policyHash;
    } else if (record.kind === "state") {
      this.#opening = { policy: record.policy, at: record.at, state: record.state };
      this.#decisions = [];
    } else {
      this.#decisions.push(record);
    }
  }

  /** Returns the state; null where the log has none, or not the policy that its decisions were made under. */
  result(): LoggedState | null {
    const rebuilt = this.#parsePolicy(this.#documents.get(this.#hash ?? "") ?? null);
    if (this.#opening === null || rebuilt === null) return null;
    const { policy, at, state } = this.#opening;
    const start: LoggedState = { policy, rebuilt, state, at, record: null };
    return this.#decisions.reduce<LoggedState>(
      (before, record) => ({
        ...before,
        state: decideAndAnswer(before.state, record.observation, rebuilt.policy).state,
        at: record.at,
        record,
      }),
      start,
    );
  }
}
