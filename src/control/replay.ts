// Decides a decision log once more and compares, value for value, with what was written.

import { formatInstant, withInstantsAsNumbers, withInstantsAsText } from "../domain/instant.ts";
import type { Policy } from "../domain/policy.ts";
import type { DecisionRecord, LogRecord } from "../domain/record.ts";
import type { ScalerState } from "../domain/state.ts";
import { decideAndAnswer } from "./outcome.ts";

/** A line of a log with its number, counted from 1; `json` is the parsed text, instants still being text. */
export type ReplayLine = { readonly line: number; readonly json: LogJson };
export type LogJson = { readonly kind: LogRecord["kind"]; readonly policy: string };

/** A policy as its document in the log gives it back. */
export type RebuiltPolicy = { readonly policy: Policy; readonly hash: string };

/** The first place at which the log and its replay part; `path` is like `steps[6].to`. */
export type ReplayDifference = {
  readonly line: number;
  readonly policy: string;
  readonly at: string;
  readonly path: string;
  readonly logged: unknown;
  readonly replayed: unknown;
};

export type ReplayResult = {
  readonly ok: boolean;
  /** Decisions that were decided again, up to the first difference. */
  readonly decisions: number;
  readonly policies: number;
  readonly firstDifference: ReplayDifference | null;
};

/** Turns the normalised document of a `policy` line into a policy, or null where it is none. */
export type PolicyParser = (document: unknown) => RebuiltPolicy | null;

type Subject = {
  rebuilt: RebuiltPolicy | null;
  state: ScalerState | null;
  /** A policy line came last: the state line after it stands for a fresh start. */
  isNew: boolean;
};

/**
 * Replays a log line by line. Each policy starts at its first `state` line; a later one counts only after a new
 * `policy` line (a start, an edit, a new file), so that hourly states prove nothing away.
 */
export class LogReplay {
  readonly #parsePolicy: PolicyParser;
  readonly #subjects = new Map<string, Subject>();
  readonly #replayed = new Set<string>();
  #decisions = 0;
  #difference: ReplayDifference | null = null;

  constructor(parsePolicy: PolicyParser) {
    this.#parsePolicy = parsePolicy;
  }

  /** Takes the next line; returns false once the log and its replay differ: later lines then say nothing more. */
  take({ line, json }: ReplayLine): boolean {
    if (this.#difference !== null) return false;
    const subject = this.#subjects.get(json.policy) ?? { rebuilt: null, state: null, isNew: true };
    this.#subjects.set(json.policy, subject);
    if (json.kind !== "decision") takeUp(subject, recordOf(json), this.#parsePolicy);
    else if (subject.state !== null) {
      this.#decisions += 1;
      this.#replayed.add(json.policy);
      const found = repeatDecision(subject, json);
      if (found !== null) this.#difference = { line, policy: json.policy, at: instantText(json), ...found };
    }
    return this.#difference === null;
  }

  /** Returns what came out so far. */
  result(): ReplayResult {
    const firstDifference = this.#difference;
    const [decisions, policies] = [this.#decisions, this.#replayed.size];
    return { ok: firstDifference === null, decisions, policies, firstDifference };
  }
}

/** Returns what a replay of all lines comes to. */
export function replayLog(lines: Iterable<ReplayLine>, parsePolicy: PolicyParser): ReplayResult {
  const replay = new LogReplay(parsePolicy);
  for (const line of lines) {
    if (!replay.take(line)) break;
  }
  return replay.result();
}

function recordOf(json: LogJson): LogRecord {
  return withInstantsAsNumbers(json) as LogRecord;
}

function instantText(json: LogJson): string {
  const { at } = recordOf(json);
  return typeof at === "number" ? formatInstant(at) : String(at);
}

function takeUp(subject: Subject, record: LogRecord, parsePolicy: PolicyParser): void {
  if (record.kind === "policy") {
    subject.rebuilt = parsePolicy(record.document);
    subject.isNew = true;
  } else if (record.kind === "state" && subject.isNew) {
    subject.state = record.state;
    subject.isNew = false;
  }
}

function repeatDecision(subject: Subject, json: LogJson): Difference | null {
  const record = recordOf(json) as DecisionRecord;
  const { rebuilt, state } = subject;
  if (state === null || rebuilt === null || rebuilt.hash !== record.policyHash) {
    return { path: "policyHash", logged: record.policyHash, replayed: rebuilt?.hash ?? null };
  }
  const outcome = decideAndAnswer(state, record.observation, rebuilt.policy);
  subject.state = outcome.state;
  const { steps, decision, answer } = outcome;
  return firstDifference(compared(json), asWritten({ steps, decision, answer }), "");
}

function compared(json: LogJson): unknown {
  const { steps, decision, answer } = json as unknown as Record<string, unknown>;
  return { steps, decision, answer };
}

function asWritten(value: unknown): unknown {
  return JSON.parse(JSON.stringify(withInstantsAsText(value)));
}

type Difference = { readonly path: string; readonly logged: unknown; readonly replayed: unknown };

function firstDifference(logged: unknown, replayed: unknown, path: string): Difference | null {
  if (JSON.stringify(logged) === JSON.stringify(replayed)) return null;
  const here = { path, logged: logged ?? null, replayed: replayed ?? null };
  if (Array.isArray(logged) && Array.isArray(replayed)) {
    const length = Math.max(logged.length, replayed.length);
    const indexes = Array.from({ length }, (_, index) => index);
    return (
      firstOf(indexes, (index) => firstDifference(logged[index], replayed[index], `${path}[${index}]`)) ??
      here
    );
  }
  if (!isObject(logged) || !isObject(replayed)) return here;
  const keys = [...new Set([...Object.keys(replayed), ...Object.keys(logged)])];
  const inner = (key: string): string => (path === "" ? key : `${path}.${key}`);
  return firstOf(keys, (key) => firstDifference(logged[key], replayed[key], inner(key))) ?? here;
}

function firstOf<Item>(items: readonly Item[], find: (item: Item) => Difference | null): Difference | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
