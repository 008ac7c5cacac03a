// What a stage of reading found wrong, before it is tied to a file name.

import { ISSUE_SEVERITIES, type Issue, type IssueCode } from "../domain/issue.ts";

/** Keys and list indices from the root of a document. */
export type FieldPath = readonly (string | number)[];

/** Line and column, both from 1. */
export type Position = { readonly line: number; readonly column: number };

export type Finding = Position & {
  readonly code: IssueCode;
  readonly path: string;
  readonly message: string;
};

/** Makes the finding that something is wrong with the value at a path; the text continues that path. */
export type Blame = (at: FieldPath, code: IssueCode, text: string) => Finding;

/** Returns a path as messages show it: `spec.models[0].name`; empty for the document itself. */
export function formatPath(path: FieldPath): string {
  let text = "";
  for (const step of path)
    text += typeof step === "number" ? `[${step}]` : `${text === "" ? "" : "."}${step}`;
  return text;
}

/** Returns the finding as an issue of `file`, with its code's severity. */
export function toIssue(file: string, { line, column, code, path, message }: Finding): Issue {
  return { file, line, column, severity: ISSUE_SEVERITIES[code], code, path, message };
}

/** Returns the issues by file, line, column and code, each one once. */
export function sortIssues(issues: readonly Issue[]): readonly Issue[] {
  const unique = new Map(issues.map((issue) => [JSON.stringify(issue), issue]));
  return [...unique.values()].sort(
    (one, other) =>
      compareText(one.file, other.file) ||
      one.line - other.line ||
      one.column - other.column ||
      compareText(one.code, other.code),
  );
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
