// What `check` and `lint` print: a line for each issue, then how many; or one JSON document.

import { formatIssue, type Issue } from "../domain/issue.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";

/** Issues of some files; the keys in the order in which `--json` prints them. */
export type IssueReport = {
  readonly ok: boolean;
  readonly files: number;
  readonly errors: number;
  readonly warnings: number;
  readonly issues: readonly Issue[];
};

/** Returns the report on that many files; not ok with an error, when `strict` with a warning. */
export function issueReport(files: number, issues: readonly Issue[], strict: boolean): IssueReport {
  const errors = issues.filter(({ severity }) => severity === "error").length;
  const warnings = issues.length - errors;
  return { ok: errors === 0 && (!strict || warnings === 0), files, errors, warnings, issues };
}

/** Prints a report and returns its exit code: 0 if it is ok, else 1. */
export function printReport(
  report: IssueReport,
  { json }: { readonly json?: boolean | undefined },
  output: Output,
): ExitCode {
  output.stdout(json === true ? `${JSON.stringify(report)}\n` : reportLines(report));
  return report.ok ? EXIT.yes : EXIT.no;
}

function reportLines({ files, errors, warnings, issues }: IssueReport): string {
  const summary = [counted(files, "file"), counted(errors, "error"), counted(warnings, "warning")].join(", ");
  return [...issues.map(formatIssue), summary, ""].join("\n");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
