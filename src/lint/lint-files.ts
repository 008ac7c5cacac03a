// All files at once: read, looked at by every rule, findings in order.

import type { Issue } from "../domain/issue.ts";
import { sortIssues, toIssue } from "../policy/finding.ts";
import { lintInput } from "./input.ts";
import { type LintFile, readFile } from "./read-file.ts";
import { RULES } from "./rules.ts";

/** Returns what is wrong in files that are read together, by file, line and column; never throws, whatever they hold. */
export function lintFiles(files: readonly LintFile[]): readonly Issue[] {
  const readings = files.map(readFile);
  const unreadable = readings.flatMap(({ file, findings }) =>
    findings.map((finding) => toIssue(file, finding)),
  );
  const input = lintInput(readings.flatMap(({ documents }) => documents));
  const ignored = new Map(readings.map((reading) => [reading.file, reading.ignored]));
  const found = RULES.flatMap(({ code, severity, find }) =>
    find(input)
      .filter(({ file }) => ignored.get(file)?.has(code) !== true)
      .map(
        ({ file, line, column, path, message }): Issue => ({
          file,
          line,
          column,
          severity,
          code,
          path,
          message,
        }),
      ),
  );
  return sortIssues([...unreadable, ...found]);
}
