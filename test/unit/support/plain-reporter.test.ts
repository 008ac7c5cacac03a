// What a failed test leaves in the closing part of a suite.

import { describe, expect, test } from "vitest";
import { closingLine, failureText } from "../../support/plain-reporter.ts";

describe("a failed test", () => {
  test.each([
    {
      why: "one line of message",
      errors: [{ message: "expected 3 to be 2" }],
      below: ["    expected 3 to be 2"],
    },
    {
      why: "a diff in colours, without the colours and the empty lines",
      errors: [
        { message: "not equal", diff: "\u001b[32m- Expected\u001b[39m\n\n\u001b[31m+ Received\u001b[39m" },
      ],
      below: ["    not equal", "    - Expected", "    + Received"],
    },
    {
      why: "more lines than are shown",
      errors: [{ message: "1\n2\n3\n4\n5" }],
      below: ["    1", "    2", "    3", "    4", "    …"],
    },
    {
      why: "two errors",
      errors: [{ message: "one" }, { message: "other" }],
      below: ["    one", "    other"],
    },
    { why: "a long line, cut", errors: [{ message: "x".repeat(900) }], below: [`    ${"x".repeat(200)}`] },
  ])("is named, with $why", ({ errors, below }) => {
    expect(failureText("a.test.ts > group > test", errors).split("\n")).toEqual([
      "failed: a.test.ts > group > test",
      ...below,
    ]);
  });
});

test.each([
  { counts: { passed: 3, failed: 0, skipped: 0 }, line: "3 passed, 0 failed" },
  { counts: { passed: 3, failed: 1, skipped: 2 }, line: "3 passed, 1 failed, 2 skipped" },
])("the closing line is $line", ({ counts, line }) => {
  expect(closingLine(counts)).toBe(line);
});
