// Durations and sizes: what is accepted, what is not, and that canonical text reads back as the same value.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { millis } from "../../../src/domain/units.ts";
import { DURATION_PATTERN, formatDuration, parseDuration } from "../../../src/policy/duration.ts";
import { formatQuantity, parseQuantity } from "../../../src/policy/quantity.ts";

describe("a duration", () => {
  test.each([
    { text: "0s", span: 0 },
    { text: "500ms", span: 500 },
    { text: "90s", span: 90_000 },
    { text: "1h30m", span: 5_400_000 },
    { text: "1.5h", span: 5_400_000 },
    { text: "1d", span: 86_400_000 },
    { text: "0.1s0.2s", span: 300 },
    { text: "1m5ms", span: 60_005 },
  ])("$text is $span ms", ({ text, span }) => {
    expect(parseDuration(text)).toBe(span);
  });

  test.each([
    "",
    "10",
    "-5s",
    "+5s",
    "5 s",
    "5 minutes",
    "1y",
    "1w",
    "1m30",
    ".5s",
    "5.s",
    "1e3s",
    "5S",
    "s",
    "٥s",
    "5s\n",
    " 5s",
  ])("%j is none", (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  test("too long to be counted in milliseconds is none", () => {
    expect(parseDuration(`${"9".repeat(400)}d`)).toBeNull();
  });

  test.each([
    { span: 0, text: "0s" },
    { span: 500, text: "500ms" },
    { span: 90_000, text: "1m30s" },
    { span: 86_400_000, text: "1d" },
    { span: 90_061_001, text: "1d1h1m1s1ms" },
  ])("of $span ms is written $text", ({ span, text }) => {
    expect(formatDuration(millis(span))).toBe(text);
  });

  test("written and read again is the same, and written again, too", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), (span) => {
        const text = formatDuration(millis(span));
        expect(text).toMatch(DURATION_PATTERN);
        expect(parseDuration(text)).toBe(span);
      }),
    );
  });

  test("is read or refused, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("1", "9", ".", "m", "s", "h", "d", " ", "-") }),
        (text) => {
          expect(parseDuration(text) !== null).toBe(DURATION_PATTERN.test(text));
        },
      ),
    );
  });
});

describe("a size", () => {
  test.each([
    { text: "0", bytes: 0 },
    { text: "65536", bytes: 65_536 },
    { text: "64Ki", bytes: 65_536 },
    { text: "1.5Gi", bytes: 1_610_612_736 },
    { text: "2k", bytes: 2000 },
    { text: "3M", bytes: 3_000_000 },
  ])("$text is $bytes bytes", ({ text, bytes }) => {
    expect(parseQuantity(text)).toBe(bytes);
  });

  test.each(["", "64KB", "64 Ki", "-1Ki", "1.0001", "Ki", "1e3", "9Ei", "64ki"])("%j is none", (text) => {
    expect(parseQuantity(text)).toBeNull();
  });

  test("written and read again is the same", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), fc.constantFrom(1, 1024, 2 ** 20), (amount, unit) => {
        expect(parseQuantity(formatQuantity(amount * unit))).toBe(amount * unit);
      }),
    );
  });
});
