// How many wishes become one number, and what happens where there are none.

import { describe, expect, test } from "vitest";
import { initialState } from "../../../src/domain/state.ts";
import { minutes } from "../../../src/domain/units.ts";
import { anObservation, aPolicy, DECLARED, live } from "../../support/builders.ts";
import { run, tick, told } from "../../support/scripted-ticks.ts";

describe("combine", () => {
  const policy = aPolicy({
    signals: { requestRate: DECLARED.requestRate, latency: DECLARED.latency, gpuMemory: DECLARED.gpuMemory },
  });
  const low = live({ requestRate: 60, latency: 0.1, gpuMemory: 0.5 });
  const latencyAbsent = live({ requestRate: 60, gpuMemory: 0.5 });
  test.each([
    {
      name: "all agree to lower",
      signals: low,
      rest: {},
      told: "3 SCALE_IN_AGREED",
      status: "live",
      blocked: [],
    },
    {
      name: "a required signal is missing",
      signals: latencyAbsent,
      rest: {},
      told: "4 SCALE_IN_BLOCKED",
      status: "degraded",
      blocked: ["ABSENT:latency"],
    },
    {
      name: "a missing signal does not keep a live one from raising",
      signals: live({ requestRate: 300 }),
      rest: {},
      told: "10 LARGEST_WISH",
      status: "degraded",
      blocked: ["ABSENT:latency", "ABSENT:gpuMemory"],
    },
    {
      name: "a fresh pod is missing",
      signals: low,
      rest: { pods: { expected: 4, fresh: 3 } },
      told: "4 SCALE_IN_BLOCKED",
      status: "live",
      blocked: ["COVERAGE"],
    },
    {
      name: "memory above its guard",
      signals: live({ requestRate: 60, latency: 0.1, gpuMemory: 0.95 }),
      rest: {},
      told: "4 SCALE_IN_BLOCKED",
      status: "live",
      blocked: ["ABOVE_GUARD:gpuMemory"],
    },
    {
      name: "more than 1 % refused",
      signals: low,
      rest: { rejectedRequests: 11, traffic: { completedRequests: 1000 } },
      told: "4 SCALE_IN_BLOCKED",
      status: "live",
      blocked: ["REJECTIONS"],
    },
    {
      name: "a quality signal near its target",
      signals: live({ requestRate: 60, latency: 0.42, gpuMemory: 0.5 }),
      rest: {},
      told: "4 AT_TARGET",
      status: "live",
      blocked: [],
    },
  ])("$name", ({ signals, rest, told: expected, status, blocked }) => {
    const [result] = run({ ...policy, scaleIn: { ...policy.scaleIn, limits: [] } }, [
      anObservation({ signals, ...rest }),
    ]);
    expect(result?.decision).toMatchObject({ status, scaleInBlocked: blocked });
    const [number, reason] = expected.split(" ");
    expect(result?.steps.find(({ step }) => step === "combine")).toMatchObject({ reason });
    expect(result?.decision.replicas).toBe(Number(number));
  });

  test("a declared load signal without data blocks a scale-in even if it is not required", () => {
    const optional = aPolicy({
      signals: { requestRate: { ...DECLARED.requestRate, required: false }, latency: DECLARED.latency },
    });
    const [result] = run(optional, [anObservation({ signals: live({ latency: 0.1 }) })]);
    expect(result?.decision).toEqual({
      replicas: 4,
      active: true,
      status: "live",
      scaleInBlocked: ["ABSENT:requestRate"],
    });
  });
});

describe("missing data", () => {
  const policy = aPolicy({ missingData: { maxAge: minutes(1), holdFor: minutes(2) } });
  const blank = (t: number, desired: number | null = 4) =>
    anObservation({ t, desired, pods: { expected: 4, fresh: 0 } });

  test("holds the larger of S and the last answer for holdFor after the last live tick, then is unavailable", () => {
    const results = run(policy, [tick(0, 4, 300), blank(15), blank(105), blank(120), tick(135, 4, 120)]);
    expect(results.map(({ decision }) => `${decision.replicas} ${decision.status}`)).toEqual([
      "10 live",
      "10 holding",
      "10 holding",
      "10 unavailable",
      "4 live",
    ]);
  });

  test("is starting while nothing was ever live", () => {
    const [result] = run(policy, [blank(0)]);
    expect(result?.decision).toEqual({
      replicas: 4,
      active: true,
      status: "starting",
      scaleInBlocked: ["ABSENT:requestRate", "COVERAGE"],
    });
  });

  test("desired replicas that go missing stand for maxAge, then the last answer does", () => {
    const unknown = (t: number) =>
      anObservation({
        t,
        desired: null,
        ready: null,
        pods: { expected: 4, fresh: 4 },
        signals: live({ requestRate: 120 }),
      });
    const results = run(policy, [tick(0, 4, 120), unknown(15), unknown(60), unknown(75), unknown(195)]);
    expect(results.map(({ decision }) => `${decision.replicas} ${decision.status}`)).toEqual([
      "4 live",
      "4 live",
      "4 live",
      "4 holding",
      "4 unavailable",
    ]);
    expect(results[3]?.steps.at(-1)).toEqual({ step: "combine", from: null, to: 4, reason: "HELD" });
  });

  test("without desired replicas and without an answer before there is no number", () => {
    const [result] = run(policy, [anObservation({ desired: null, ready: null })]);
    expect(result?.decision).toMatchObject({ replicas: null, status: "starting" });
    expect(result?.steps.at(-1)).toEqual({ step: "combine", from: null, to: null, reason: "HELD" });
  });

  test("absent series are no fault while the first replica starts", () => {
    const [result] = run(policy, [anObservation({ desired: 1, ready: 0 })]);
    expect(result?.decision).toEqual({ replicas: 1, active: true, status: "live", scaleInBlocked: [] });
  });
});

describe("a restart from a checkpoint", () => {
  const policy = aPolicy();
  const restored = { ...initialState(), restored: true, lastAnswer: 7 };

  test("answers no less than before, until the windows hold samples again", () => {
    const results = run(policy, [tick(0, 4, 120), tick(45, 4, 120), tick(60, 4, 120)], restored);
    expect(told(results)).toEqual(["7 HELD", "7 HELD", "4 AT_TARGET"]);
  });

  test("answers more where the samples say so", () => {
    expect(told(run(policy, [tick(0, 4, 300)], restored))).toEqual(["10 LARGEST_WISH"]);
  });
});
