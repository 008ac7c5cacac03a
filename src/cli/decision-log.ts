// Opens the decision log that a configuration names.

import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";

import { JsonlDecisions } from "../adapters/jsonl-decisions.ts";
import { noDecisions } from "../adapters/no-decisions.ts";
import type { LogRecord } from "../domain/record.ts";
import type { DecisionSink } from "../ports/decision-sink.ts";
import { environmentFailed, reasonOf } from "./command-error.ts";

export type DecisionLogOptions = {
  /** Null = no log. */
  readonly file: string | null;
  readonly maxFileSizeBytes: number;
  readonly maxFiles: number;
  readonly existing: "rotate" | "replace";
  readonly onNewFile: () => readonly LogRecord[];
  readonly onProblem: (problem: string) => void;
};

/** Returns the sink of decision records. Throws a CommandError where the file cannot be written. */
export async function openDecisionLog({ file, ...options }: DecisionLogOptions): Promise<DecisionSink> {
  if (file === null) return noDecisions;
  await assertWritable(file);
  return new JsonlDecisions({ file, ...options });
}

/** Throws a CommandError unless `file` can be created, or written if it is there. */
export async function assertWritable(file: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found?.isDirectory() === true) throw environmentFailed(`cannot write ${file}: it is a directory`);
  await access(found === null ? dirname(file) : file, constants.W_OK).catch((error: unknown) => {
    throw environmentFailed(`cannot write ${file}: ${reasonOf(error)}`, error);
  });
}
