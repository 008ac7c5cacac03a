// Reads a decision log line by line.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";

import { readLoggedState } from "../adapters/checkpoint-file.ts";
import type { LogJson, ReplayLine } from "../control/replay.ts";
import { withInstantsAsNumbers } from "../domain/instant.ts";
import type { LogRecord } from "../domain/record.ts";
import { badInput, reasonOf } from "./command-error.ts";

const KINDS: ReadonlySet<unknown> = new Set(["policy", "state", "decision"]);
/** Longer lines are no record of ours. */
const MAX_LINE_LENGTH = 64 * 1024 * 1024;

export type ReadLogOptions = {
  /** Told of a last line that was cut off, as a killed process leaves it. */
  readonly onCut: (line: number) => void;
};

/** Yields the records of `file`, instants still being text. Throws a CommandError at a line that is no record. */
export async function* readLog(file: string, { onCut }: ReadLogOptions): AsyncGenerator<ReplayLine> {
  await assertReadable(file);
  let line = 0;
  let pending: { readonly line: number; readonly problem: string } | null = null;
  for await (const text of linesOf(file)) {
    line += 1;
    if (pending !== null) throw badInput(`${file}:${pending.line}: ${pending.problem}`);
    if (text.trim() === "") continue;
    const json = parseLine(text);
    if (typeof json === "string") pending = { line, problem: json };
    else yield { line, json };
  }
  if (pending === null) return;
  if (line === 1) throw badInput(`${file}:${pending.line}: ${pending.problem}`);
  onCut(pending.line);
}

/** Returns a line's record with instants as numbers; what it holds is as its writer left it. */
export function recordOfLine(json: LogJson): LogRecord {
  return withInstantsAsNumbers(json) as LogRecord;
}

/** Yields the same, for whoever decides once more: states are whole, or a CommandError says which line is of another version. */
export async function* readDecidableLog(file: string, options: ReadLogOptions): AsyncGenerator<ReplayLine> {
  for await (const { line, json } of readLog(file, options)) {
    yield { line, json: json.kind === "state" ? withWholeState(json, `${file}:${line}`) : json };
  }
}

function withWholeState(json: LogJson & { readonly state?: unknown }, where: string): LogJson {
  try {
    return { ...json, state: readLoggedState(withInstantsAsNumbers(json.state)) } as LogJson;
  } catch (error) {
    throw badInput(`${where}: a state of another version: ${reasonOf(error)}`, error);
  }
}

async function assertReadable(file: string): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    throw badInput(`cannot read ${file}: ${reasonOf(error)}`, error);
  });
  if (!found.isFile()) throw badInput(`cannot read ${file}: it is not a file`);
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file, { encoding: "utf8" });
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    throw badInput(`cannot read ${file}: ${reasonOf(error)}`, error);
  } finally {
    input.destroy();
  }
}

/** Returns the record, or what is wrong with the line. */
function parseLine(text: string): LogJson | string {
  if (text.length > MAX_LINE_LENGTH) return "the line is too long";
  try {
    const json: unknown = JSON.parse(text);
    return isLogJson(json) ? json : 'not a record: "kind" and "policy" are missing or unknown';
  } catch (error) {
    return `not JSON: ${reasonOf(error)}`;
  }
}

function isLogJson(json: unknown): json is LogJson {
  if (typeof json !== "object" || json === null || !("kind" in json) || !("policy" in json)) return false;
  return KINDS.has(json.kind) && typeof json.policy === "string";
}
