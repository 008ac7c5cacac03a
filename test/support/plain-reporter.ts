// A vitest reporter that ends a run with what failed, why tests were skipped, and one plain line, `N passed, N failed`.

import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

export type TestCounts = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** An error as a failed test or a hook leaves it; `diff` is what was expected against what came. */
export type Failure = { readonly message: string; readonly diff?: string | undefined };

const MESSAGE_LINES = 4;
const DIFF_LINES = 12;
const LINE_LENGTH = 200;

/** Returns the closing line: skipped tests are named only where there are some. */
export function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Returns what failed, and below it the first lines of each of its errors, without colours. */
export function failureText(where: string, errors: readonly Failure[]): string {
  const lines = errors.flatMap(({ message, diff = "" }) => [
    ...firstLines(message, MESSAGE_LINES),
    ...firstLines(diff, DIFF_LINES),
  ]);
  return [`failed: ${where}`, ...lines.map((line) => `    ${line}`)].join("\n");
}

/**
 * Prints each failed test with its message and each reason for a skip with its number of tests, then the closing line.
 * With `countsFile` the counts and the failures also go there as JSON, and the line is left to a caller of several
 * suites, who prints one sum. A file that fails to load and an error outside of any test count as one failure each.
 */
export class PlainReporter implements Reporter {
  readonly #countsFile: string | undefined;

  constructor({ countsFile }: { readonly countsFile?: string | undefined } = {}) {
    this.#countsFile = countsFile;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly Failure[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const failures = unhandledErrors.map((error) => failureText("outside of any test", [error]));
    const reasons = new Map<string, number>();
    for (const module of modules) {
      const file = module.relativeModuleId;
      for (const suite of [module, ...module.children.allSuites()]) {
        const name = suite.type === "suite" ? `${file} > ${suite.fullName}` : file;
        for (const error of suite.errors())
          failures.push(failureText(`${name} (outside of its tests)`, [error]));
        counts.failed += suite.errors().length;
      }
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "passed") counts.passed += 1;
        else if (result.state === "skipped") {
          counts.skipped += 1;
          const reason = result.note ?? outermostName(test);
          reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        } else {
          counts.failed += 1;
          failures.push(
            failureText(`${file} > ${test.fullName}`, result.errors ?? [{ message: "not ended" }]),
          );
        }
      }
    }
    for (const [reason, tests] of reasons) console.log(`skipped ${tests}: ${reason}`);
    for (const failure of failures) console.log(failure);
    if (this.#countsFile === undefined) console.log(closingLine(counts));
    else writeFileSync(this.#countsFile, `${JSON.stringify({ ...counts, failures })}\n`);
  }
}

function firstLines(text: string, count: number): readonly string[] {
  const lines = stripVTControlCharacters(text)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
  const shown = lines.slice(0, count).map((line) => line.slice(0, LINE_LENGTH));
  return lines.length > count ? [...shown, "…"] : shown;
}

/** The name of the group that a test without a note was skipped with: such groups say why in their names. */
function outermostName(test: TestCase): string {
  let found: TestCase | TestSuite = test;
  while (found.parent.type === "suite") found = found.parent;
  return found.name.trim();
}
