// Texts of callers in texts of ours.

import { status } from "@grpc/grpc-js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { notAvailable, quotable } from "../../../src/keda/refusal.ts";

describe("a caller's text in ours", () => {
  test.each([
    { name: "a namespace stays as it is", text: "ai-inference", want: "ai-inference" },
    { name: "quotes and backslashes go", text: 'a"b\\c', want: "a?b?c" },
    { name: "line breaks and other scripts go", text: "a\nb\u202eé", want: "a?b??" },
    { name: "half a character goes", text: "a\ud800", want: "a?" },
    { name: "63 characters stay", text: "n".repeat(63), want: "n".repeat(63) },
    { name: "more are cut", text: "n".repeat(64), want: `${"n".repeat(60)}...` },
  ])("$name", ({ text, want }) => {
    expect(quotable(text)).toBe(want);
  });

  test("is always short printable ASCII, fit for a header", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(quotable(text)).toMatch(/^[ -~]{0,63}$/);
      }),
    );
  });

  test("stands in one text for every policy that a caller cannot have", () => {
    expect(notAvailable("embedder", "team-b")).toEqual({
      code: status.NOT_FOUND,
      details: 'policy "embedder" is not available in namespace "team-b"',
    });
  });
});
