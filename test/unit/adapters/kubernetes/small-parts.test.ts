// Versions, lines, failures: the small parts that the adapters are made of.

import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../src/adapters/kubernetes/api-failure.ts";
import { fieldOf, itemsOf, numberOf, textOf } from "../../../../src/adapters/kubernetes/json-fields.ts";
import { LineSplitter } from "../../../../src/adapters/kubernetes/line-splitter.ts";
import { isOlder, later } from "../../../../src/adapters/kubernetes/resource-version.ts";

describe("resource versions", () => {
  test.each([
    { version: "9", than: "10", older: true },
    { version: "10", than: "9", older: false },
    { version: "10", than: "10", older: false },
    { version: "9007199254740993", than: "9007199254740994", older: true },
    { version: "abc", than: "10", older: false },
    { version: null, than: "10", older: false },
    { version: "10", than: null, older: false },
  ])("$version is older than $than: $older", ({ version, than, older }) => {
    expect(isOlder(version, than)).toBe(older);
  });

  test("of two the later counts", () => {
    expect([
      later("9", "10"),
      later("10", "9"),
      later(null, "3"),
      later("3", null),
      later(null, null),
    ]).toEqual(["10", "10", "3", "3", null]);
  });
});

describe("lines", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  test("come whole, however they were cut", () => {
    const splitter = new LineSplitter(100);
    const cuts = ["{'a':", "1}\n", "\n{'b", "':2}\n{'c':3}\n{'d'"].map((cut) => splitter.take(bytes(cut)));
    expect(cuts).toEqual([[], ["{'a':1}"], [], ["{'b':2}", "{'c':3}"]]);
  });

  test("a character that was cut in two is one again", () => {
    const splitter = new LineSplitter(100);
    const whole = bytes("ä\n");
    expect([splitter.take(whole.subarray(0, 1)), splitter.take(whole.subarray(1))]).toEqual([[], ["ä"]]);
  });

  test("one that is too long ends it", () => {
    const splitter = new LineSplitter(4);
    expect([splitter.take(bytes("1234")), splitter.take(bytes("5"))]).toEqual([[], null]);
  });
});

describe("a failure", () => {
  test.each([
    {
      name: "as the API server words it",
      given: [409, '{"reason":"Conflict","message":"the object has been modified"}', undefined] as const,
      want: { status: 409, reason: "Conflict", message: "the object has been modified", retryAfter: null },
    },
    {
      name: "with the header's wait",
      given: [429, '{"reason":"TooManyRequests","message":"slow down"}', "7"] as const,
      want: { status: 429, reason: "TooManyRequests", message: "slow down", retryAfter: 7000 },
    },
    {
      name: "with the body's wait",
      given: [
        429,
        '{"reason":"TooManyRequests","message":"","details":{"retryAfterSeconds":2}}',
        undefined,
      ] as const,
      want: { status: 429, reason: "TooManyRequests", message: "", retryAfter: 2000 },
    },
    {
      name: "a wait of a year is five minutes",
      given: [503, "", "31536000"] as const,
      want: { status: 503, reason: "HTTP 503", message: "", retryAfter: 300_000 },
    },
    {
      name: "a date is not understood, and no wait",
      given: [503, "<html>", "Wed, 21 Oct 2026 07:28:00 GMT"] as const,
      want: { status: 503, reason: "HTTP 503", message: "<html>", retryAfter: null },
    },
  ])("is read: $name", ({ given: [status, body, header], want }) => {
    expect(failureOf(status, body, header)).toEqual(want);
  });
});

describe("fields", () => {
  const object = { spec: { replicas: 3, list: [1, 2] }, name: "a", wrong: Number.NaN };

  test("are read where they are, and missing where they are not", () => {
    expect({
      number: numberOf(object, "spec", "replicas"),
      noNumber: [numberOf(object, "name"), numberOf(object, "wrong"), numberOf(null, "spec")],
      text: textOf(object, "name"),
      noText: textOf(object, "spec", "replicas"),
      items: itemsOf(object, "spec", "list"),
      noItems: itemsOf(object, "spec"),
      inherited: fieldOf(object, "toString"),
    }).toEqual({
      number: 3,
      noNumber: [null, null, null],
      text: "a",
      noText: null,
      items: [1, 2],
      noItems: [],
      inherited: undefined,
    });
  });
});
