// Which queries the source is asked to run, and when their results count.

import { describe, expect, test } from "vitest";

import { readActivation, readQueries, wantedQueries } from "../../../src/control/queries.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import { minutes, seconds } from "../../../src/domain/units.ts";
import { at, controlPolicy, MemorySource, steadySamples } from "../../support/control-ports.ts";

const QUERY = "sum(gateway_queued)";

function asking(query: string | null): Policy {
  const policy = controlPolicy({});
  return { ...policy, activation: query === null ? null : { query, above: 0, cooldown: minutes(10) } };
}

describe("wanted queries", () => {
  test("are the distinct texts of all policies", () => {
    const policies = [asking(QUERY), asking(null), asking("other"), asking(QUERY)];
    expect(wantedQueries(policies)).toEqual([QUERY, "other"]);
  });
});

describe("custom signals", () => {
  const policy = controlPolicy({
    signals: {
      ...controlPolicy().signals,
      custom: [
        {
          name: "tokens",
          query: QUERY,
          kind: "load",
          targetPerReplica: 9,
          window: minutes(5),
          required: true,
        },
        { name: "p99", query: "p99", kind: "quality", target: 1, window: minutes(1), required: false },
      ],
    },
  });

  test("want their queries, each text once beside activation's", () => {
    expect(wantedQueries([asking(QUERY), policy, policy])).toEqual([QUERY, "p99"]);
  });

  test("are read by text over the longest window and one maxAge", () => {
    const asked: unknown[] = [];
    const source = new MemorySource(steadySamples({ pods: 1, from: at(0), until: at(1) }));
    const samples = { times: [at(10)], values: [3] };
    source.queried = (...question: unknown[]) => {
      asked.push(question);
      return samples;
    };
    expect([...readQueries(source, policy, at(25))]).toEqual([
      [QUERY, samples],
      ["p99", samples],
    ]);
    expect(asked).toEqual([
      [QUERY, at(25), minutes(6)],
      ["p99", at(25), minutes(6)],
    ]);
  });
});

describe("the activation value", () => {
  test.each([
    { name: "is the newest result", times: [at(10), at(20)], values: [1, 2], expected: { value: 2 } },
    { name: "is unknown without a result", times: [], values: [], expected: { value: null } },
  ])("$name", ({ times, values, expected }) => {
    const source = new MemorySource(steadySamples({ pods: 1, from: at(0), until: at(1) }));
    source.queries.set(QUERY, { times, values });
    expect(readActivation(source, asking(QUERY), at(25))).toEqual(expected);
  });

  test("is asked for over maxAge, and not at all without a query", () => {
    const asked: unknown[] = [];
    const source = new MemorySource(steadySamples({ pods: 1, from: at(0), until: at(1) }));
    source.queried = (...question: unknown[]) => {
      asked.push(question);
      return { times: [], values: [] };
    };
    const policy = { ...asking(QUERY), missingData: { maxAge: seconds(60), holdFor: minutes(10) } };
    readActivation(source, policy, at(25));
    expect(readActivation(source, asking(null), at(25))).toBeNull();
    expect(asked).toEqual([[QUERY, at(25), seconds(60)]]);
  });
});
