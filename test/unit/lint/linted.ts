// Texts linted as the command does it, with what it would print.

import { formatIssue } from "../../../src/domain/issue.ts";
import { lintFiles } from "../../../src/lint/lint-files.ts";
import type { LintFile } from "../../../src/lint/read-file.ts";

/** File names with their texts. */
export type Texts = Readonly<Record<string, string>>;

/** Returns the files as `lintFiles` takes them. */
export function asFiles(texts: Texts): readonly LintFile[] {
  return Object.entries(texts).map(([file, text]) => ({ file, bytes: new TextEncoder().encode(text) }));
}

/** Returns the lines that `lint` prints for files that are given together. */
export function lintLines(texts: Texts): readonly string[] {
  return lintFiles(asFiles(texts)).map(formatIssue);
}

/** Returns `file:line:column CODE` for each issue. */
export function lintPlaces(texts: Texts): readonly string[] {
  return lintFiles(asFiles(texts)).map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);
}

/** Returns the codes found in files that are given together, each once, in order. */
export function lintCodes(texts: Texts): readonly string[] {
  return [...new Set(lintFiles(asFiles(texts)).map(({ code }) => code))].toSorted();
}
