// The lines of a decision log besides decisions: what a replay must know before it can begin.

import type { LogRecord, PolicyRecord, StateRecord } from "../domain/record.ts";
import { elapsed, hours, type Instant } from "../domain/units.ts";
import type { Entry } from "./registry.ts";

const STATE_EVERY = hours(1);

/** When and by which version lines are written. */
export type LineStamp = { readonly at: Instant; readonly version: string };

/** Returns the `policy` and the `state` line of an entry: with them a replay can begin at the next decision. */
export function openingLines(entry: Entry, stamp: LineStamp): readonly LogRecord[] {
  return [policyLine(entry, stamp), stateLine(entry, stamp)];
}

function policyLine({ loaded }: Entry, { at, version }: LineStamp): PolicyRecord {
  const { key, hash, document } = loaded;
  return { kind: "policy", v: 1, version, at, policy: key, policyHash: hash, document };
}

function stateLine({ loaded, state }: Entry, { at, version }: LineStamp): StateRecord {
  return { kind: "state", v: 1, version, at, policy: loaded.key, state };
}

/** Remembers what a log holds on each policy, and so which lines are due before its next decision. */
export class LogOpenings {
  readonly #written = new Map<string, { readonly hash: string; readonly stateAt: Instant }>();

  /**
   * Returns the lines to write before the entry's decision: policy and state at first and after every edit, else
   * the state once an hour, else none.
   */
  due(entry: Entry, stamp: LineStamp): readonly LogRecord[] {
    const { key, hash } = entry.loaded;
    const before = this.#written.get(key);
    const isNew = before?.hash !== hash;
    if (!isNew && elapsed(before.stateAt, stamp.at) < STATE_EVERY) return [];
    this.#written.set(key, { hash, stateAt: stamp.at });
    return isNew ? openingLines(entry, stamp) : [stateLine(entry, stamp)];
  }

  /** Forgets a policy that is no longer served. */
  forget(key: string): void {
    this.#written.delete(key);
  }
}
