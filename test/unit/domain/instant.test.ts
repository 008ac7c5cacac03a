// Instants as RFC 3339 text, against the platform's own calendar as the oracle.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatInstant,
  parseInstant,
  withInstantsAsNumbers,
  withInstantsAsText,
} from "../../../src/domain/instant.ts";
import { instant } from "../../../src/domain/units.ts";

const anyInstant = fc
  .integer({ min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) })
  .filter((epochMillis) => new Date(epochMillis).getUTCFullYear() >= 1)
  .map(instant);

test("formats as the platform does, from year 1 to year 9999", () => {
  fc.assert(
    fc.property(anyInstant, (at) => {
      expect(formatInstant(at)).toBe(new Date(at).toISOString());
    }),
  );
});

test("parses what it formats", () => {
  fc.assert(
    fc.property(anyInstant, (at) => {
      expect(parseInstant(formatInstant(at))).toBe(at);
    }),
  );
});

describe("parses", () => {
  test.each([
    { text: "2026-01-05T00:00:50Z", want: Date.UTC(2026, 0, 5, 0, 0, 50) },
    { text: "2026-01-05T00:00:50.123456Z", want: Date.UTC(2026, 0, 5, 0, 0, 50, 123) },
    { text: "2026-01-05T02:30:00+02:30", want: Date.UTC(2026, 0, 5) },
    { text: "2024-02-29T00:00:00Z", want: Date.UTC(2024, 1, 29) },
  ])("$text", ({ text, want }) => expect(parseInstant(text)).toBe(want));
});

describe("names no instant", () => {
  test.each([
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-01-05T24:00:00Z",
    "2026-01-05",
    "now",
    "1767571200",
  ])("%s", (text) => expect(parseInstant(text)).toBeNull());
});

test("plain data goes to text and back unchanged, by the names of its keys", () => {
  const data = {
    at: instant(1000),
    startedAt: null,
    history: [{ at: instant(2000), desired: 3 }],
    recommendationsSince: instant(3000),
    value: 4,
  };
  expect(withInstantsAsText(data)).toEqual({
    at: "1970-01-01T00:00:01.000Z",
    startedAt: null,
    history: [{ at: "1970-01-01T00:00:02.000Z", desired: 3 }],
    recommendationsSince: "1970-01-01T00:00:03.000Z",
    value: 4,
  });
  expect(withInstantsAsNumbers(JSON.parse(JSON.stringify(withInstantsAsText(data))))).toEqual(data);
});
