// A vitest reporter that ends a run with one plain line, `N passed, N failed`, and says why tests were skipped.

import { writeFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

export type TestCounts = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** Returns the closing line: skipped tests are named only where there are some. */
export function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * Prints each reason for a skip with its number of tests, then the closing line. With `countsFile` the counts go there
 * as JSON instead of the line, so that a caller of several suites can print one sum. A file that fails to load and an
 * error outside of any test count as one failure each.
 */
export class PlainReporter implements Reporter {
  readonly #countsFile: string | undefined;

  constructor({ countsFile }: { readonly countsFile?: string | undefined } = {}) {
    this.#countsFile = countsFile;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const reasons = new Map<string, number>();
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "pending") counts.failed += 1;
        else counts[result.state] += 1;
        if (result.state !== "skipped") continue;
        const reason = result.note ?? outermostName(test);
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    }
    for (const [reason, tests] of reasons) console.log(`skipped ${tests}: ${reason}`);
    if (this.#countsFile === undefined) console.log(closingLine(counts));
    else writeFileSync(this.#countsFile, `${JSON.stringify(counts)}\n`);
  }
}

/** The name of the group that a test without a note was skipped with: such groups say why in their names. */
function outermostName(test: TestCase): string {
  let found: TestCase | TestSuite = test;
  while (found.parent.type === "suite") found = found.parent;
  return found.name.trim();
}
