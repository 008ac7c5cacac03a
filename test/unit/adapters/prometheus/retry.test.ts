// When a failed query is asked again, and when only one is risked.

import { describe, expect, test } from "vitest";

import {
  PrometheusError,
  type PrometheusErrorKind,
} from "../../../../src/adapters/prometheus/prometheus-error.ts";
import { CircuitBreaker, withRetries } from "../../../../src/adapters/prometheus/retry.ts";

const OPEN = new AbortController().signal;

async function tried(kinds: readonly PrometheusErrorKind[], budget: AbortSignal = OPEN) {
  const waits: number[] = [];
  let asked = 0;
  const result = await withRetries(
    () => {
      const kind = kinds[asked];
      asked += 1;
      return kind === undefined ? Promise.resolve("answer") : Promise.reject(new PrometheusError(kind, kind));
    },
    { attempts: 3, budget },
    {
      random: () => 0.25,
      pause: (milliseconds) => {
        waits.push(milliseconds);
        return Promise.resolve();
      },
    },
  ).catch((error: unknown) => (error instanceof PrometheusError ? error.kind : "?"));
  return { result, asked, waits };
}

describe("a query", () => {
  test.each([
    { name: "that succeeds is asked once", kinds: [], expected: { result: "answer", asked: 1, waits: [] } },
    {
      name: "is asked again after a jittered wait that doubles",
      kinds: ["timeout", "unavailable"],
      expected: { result: "answer", asked: 3, waits: [75, 150] },
    },
    {
      name: "is given up after its attempts, with the last reason",
      kinds: ["timeout", "network", "malformed"],
      expected: { result: "malformed", asked: 3, waits: [75, 150] },
    },
    {
      name: "that was refused is not repeated",
      kinds: ["refused"],
      expected: { result: "refused", asked: 1, waits: [] },
    },
    {
      name: "too large an answer is not repeated",
      kinds: ["tooLarge"],
      expected: { result: "tooLarge", asked: 1, waits: [] },
    },
  ] as const)("$name", async ({ kinds, expected }) => {
    expect(await tried(kinds)).toEqual(expected);
  });

  test("is not repeated once the tick's time is used up", async () => {
    expect(await tried(["timeout"], AbortSignal.abort())).toEqual({ result: "timeout", asked: 1, waits: [] });
  });
});

test("the breaker opens after three failed readings and closes with the first that succeeds", () => {
  const breaker = new CircuitBreaker();
  const states = [false, false, false, true].map((ok) => {
    breaker.note(ok);
    return breaker.isOpen;
  });
  expect(states).toEqual([false, false, true, false]);
});
