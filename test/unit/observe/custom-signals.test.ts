// What a policy's own queries say: levels over the window, and the states that every signal has.

import { describe, expect, it } from "vitest";
import type { CustomSignalPolicy } from "../../../src/domain/policy.ts";
import type { QuerySamples } from "../../../src/domain/samples.ts";
import { minutes, seconds } from "../../../src/domain/units.ts";
import { buildObservation } from "../../../src/observe/build-observation.ts";
import { readCustomSignal } from "../../../src/observe/custom-signals.ts";
import { aPolicy, at, DECLARED } from "../../support/builders.ts";
import { NOW, server } from "../../support/observed.ts";
import { aPod, samplesOf } from "../../support/samples-builder.ts";

const COMMON = { query: "q", window: minutes(1), required: true } as const;
const LOAD: CustomSignalPolicy = { ...COMMON, name: "tokens", kind: "load", targetPerReplica: 10 };
const BACKLOG: CustomSignalPolicy = { ...COMMON, name: "queue", kind: "backlog", targetPerReplica: 5 };
const QUALITY: CustomSignalPolicy = { ...COMMON, name: "p99", kind: "quality", target: 0.5 };

/** Samples by their age in seconds at the time of reading, oldest first. */
function aged(...samples: readonly (readonly [age: number, value: number])[]): QuerySamples {
  return { times: samples.map(([age]) => at(NOW - age)), values: samples.map(([, value]) => value) };
}

const read = (signal: CustomSignalPolicy, samples: QuerySamples) =>
  readCustomSignal(signal, samples, { at: at(NOW), maxAge: minutes(1) });

describe("a custom signal's value", () => {
  it.each([
    {
      name: "is the mean of the window's samples",
      samples: aged([60, 90], [45, 10], [15, 30], [0, 20]),
      value: 20,
    },
    { name: "is the newest sample where the window holds one", samples: aged([70, 90], [30, 7]), value: 7 },
    {
      name: "leaves out what no number can be",
      samples: aged([45, NaN], [30, 8], [15, Infinity], [10, -1], [5, 2 ** 54], [0, 10]),
      value: 9,
    },
    { name: "knows nothing of the future", samples: aged([15, 4], [0, 6], [-15, 100]), value: 5 },
  ])("$name", ({ samples, value }) => {
    expect(read(LOAD, samples)).toMatchObject({ kind: "load", state: "live", value, unit: "query" });
  });

  it("of a backlog comes with the levels at both ends of the window", () => {
    expect(read(BACKLOG, aged([75, 1], [60, 2], [30, 6], [0, 10]))).toEqual({
      kind: "backlog",
      state: "live",
      value: 8,
      unit: "query",
      ageSeconds: 0,
      oldest: 2,
      newest: 10,
    });
  });

  it("of a quality signal comes with each half's, or without where a half holds none", () => {
    expect(read(QUALITY, aged([45, 0.2], [30, 0.4], [15, 0.6], [5, 0.8]))).toEqual({
      kind: "quality",
      state: "live",
      value: 0.5,
      unit: "query",
      ageSeconds: 5,
      valueFirstHalf: 0.30000000000000004,
      valueSecondHalf: 0.7,
    });
    expect(read(QUALITY, aged([10, 0.6], [5, 0.8]))).toMatchObject({
      valueFirstHalf: null,
      valueSecondHalf: 0.7,
    });
  });
});

describe("a custom signal's state", () => {
  const nothing = { value: null, ageSeconds: null };
  it.each([
    { name: "absent without samples", signal: LOAD, samples: aged(), want: { state: "absent", ...nothing } },
    {
      name: "absent where all samples lie ahead",
      signal: LOAD,
      samples: aged([-1, 3]),
      want: { state: "absent", ...nothing },
    },
    {
      name: "implausible where none can be used",
      signal: BACKLOG,
      samples: aged([15, NaN], [0, -2]),
      want: { state: "implausible", ...nothing, oldest: null, newest: null },
    },
    {
      name: "live at just maxAge",
      signal: LOAD,
      samples: aged([60, 3]),
      want: { state: "live", value: 3, ageSeconds: 60 },
    },
    {
      name: "stale beyond it",
      signal: QUALITY,
      samples: aged([61, 3]),
      want: {
        state: "stale",
        value: null,
        ageSeconds: 61,
        valueFirstHalf: null,
        valueSecondHalf: null,
      },
    },
    {
      name: "idle where a load is zero throughout",
      signal: LOAD,
      samples: aged([61, 9], [30, 0], [0, 0]),
      want: { state: "idle", value: 0, ageSeconds: 0 },
    },
    {
      name: "live where a backlog is zero but once",
      signal: BACKLOG,
      samples: aged([30, 0], [15, 3], [0, 0]),
      want: { state: "live", value: 1, ageSeconds: 0, oldest: 0, newest: 0 },
    },
    {
      name: "live where a quality signal is zero: nothing says whether there is traffic",
      signal: QUALITY,
      samples: aged([30, 0], [0, 0]),
      want: { state: "live", value: 0, ageSeconds: 0, valueFirstHalf: 0, valueSecondHalf: 0 },
    },
  ])("is $name", ({ signal, samples, want }) => {
    const { kind, unit, ...rest } = read(signal, samples);
    expect([kind, unit, rest]).toEqual([signal.kind, "query", want]);
  });
});

describe("custom signals in the observation", () => {
  const observed = (queries: ReadonlyMap<string, QuerySamples>) =>
    buildObservation({
      at: at(NOW + 2),
      readAt: at(NOW),
      policy: aPolicy({
        signals: { requestRate: DECLARED.requestRate, custom: [{ ...QUALITY, name: "constructor" }, LOAD] },
      }),
      samples: samplesOf(aPod("p-0", server())),
      scrapeInterval: seconds(1),
      tickInterval: seconds(15),
      activation: null,
      queries,
    });

  it("stand under their names after the built-in ones, in the order of the policy", () => {
    const { signals } = observed(new Map([["q", aged([0, 3])]]));
    expect(Object.entries(signals).map(([name, { state, ageSeconds }]) => [name, state, ageSeconds])).toEqual(
      [
        ["requestRate", "live", 0],
        ["constructor", "live", 0],
        ["tokens", "live", 0],
      ],
    );
  });

  it("are absent where the query gave nothing, and take nothing from the coverage", () => {
    const { signals, pods } = observed(new Map());
    expect([signals["tokens"]?.state, pods]).toEqual(["absent", { expected: 1, fresh: 1 }]);
  });
});
