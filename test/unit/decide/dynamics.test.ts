// How the number moves over time: scripted ticks, each with what it answers and why.

import { describe, expect, test } from "vitest";
import { decide, type DecideResult } from "../../../src/decide/decide.ts";
import type { Observation } from "../../../src/domain/observation.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import { type ScalerState, initialState } from "../../../src/domain/state.ts";
import { minutes, seconds } from "../../../src/domain/units.ts";
import { aPolicy, anObservation, DECLARED, live } from "../../support/builders.ts";

/** Runs the ticks in order; returns each result. */
function run(policy: Policy, observations: readonly Observation[], from = initialState()): readonly DecideResult[] {
  let state: ScalerState = from;
  return observations.map((observation) => {
    const result = decide(state, observation, policy);
    state = result.state;
    return result;
  });
}

/** The last step's reason and the answer of each result, as `7 COOLDOWN`. */
function told(results: readonly DecideResult[]): readonly string[] {
  return results.map(({ steps, decision }) => `${decision.replicas} ${steps.at(-1)?.reason}`);
}

/** One tick at `t` with S = `desired`, R = `ready`, and this many requests/s at 30 a replica. */
function tick(t: number, desired: number, rate: number, ready = desired): Observation {
  return anObservation({ t, desired, ready, signals: live({ requestRate: rate }), traffic: { arrivalsPerSecond: rate } });
}

describe("combine", () => {
  const policy = aPolicy({
    signals: { requestRate: DECLARED.requestRate, latency: DECLARED.latency, gpuMemory: DECLARED.gpuMemory },
  });
  const low = live({ requestRate: 60, latency: 0.1, gpuMemory: 0.5 });
  const latencyAbsent = live({ requestRate: 60, gpuMemory: 0.5 });
  test.each([
    { name: "all agree to lower", signals: low, rest: {}, told: "3 SCALE_IN_AGREED", status: "live", blocked: [] },
    { name: "a required signal is missing", signals: latencyAbsent, rest: {}, told: "4 SCALE_IN_BLOCKED", status: "degraded", blocked: ["ABSENT:latency"] },
    { name: "a missing signal does not keep a live one from raising", signals: live({ requestRate: 300 }), rest: {}, told: "10 LARGEST_WISH", status: "degraded", blocked: ["ABSENT:latency", "ABSENT:gpuMemory"] },
    { name: "a fresh pod is missing", signals: low, rest: { pods: { expected: 4, fresh: 3 } }, told: "4 SCALE_IN_BLOCKED", status: "live", blocked: ["COVERAGE"] },
    { name: "memory above its guard", signals: live({ requestRate: 60, latency: 0.1, gpuMemory: 0.95 }), rest: {}, told: "4 SCALE_IN_BLOCKED", status: "live", blocked: ["ABOVE_GUARD:gpuMemory"] },
    { name: "more than 1 % refused", signals: low, rest: { rejectedRequests: 11, traffic: { completedRequests: 1000 } }, told: "4 SCALE_IN_BLOCKED", status: "live", blocked: ["REJECTIONS"] },
    { name: "a quality signal near its target", signals: live({ requestRate: 60, latency: 0.42, gpuMemory: 0.5 }), rest: {}, told: "4 AT_TARGET", status: "live", blocked: [] },
  ])("$name", ({ signals, rest, told: expected, status, blocked }) => {
    const [result] = run(
      { ...policy, scaleIn: { ...policy.scaleIn, limits: [] } },
      [anObservation({ signals, ...rest })],
    );
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
    expect(result?.decision).toEqual({ replicas: 4, active: true, status: "live", scaleInBlocked: ["ABSENT:requestRate"] });
  });
});

describe("replicas that start", () => {
  test("keep S, however low the load, until twice the expected start-up has passed", () => {
    const ticks = [0, 15, 345, 360].map((t) => tick(t, 8, 60, 4));
    expect(told(run(aPolicy(), ticks))).toEqual([
      "8 REPLICAS_STARTING",
      "8 REPLICAS_STARTING",
      "8 REPLICAS_STARTING",
      "3 STARTING_TOO_LONG",
    ]);
  });

  test("count as starting again after a steady spell", () => {
    const steady = Array.from({ length: 30 }, (_, index) => tick(index * 15, 4, 120));
    const crashed = [tick(450, 4, 60, 3), tick(780, 4, 60, 3), tick(795, 4, 60, 3)];
    expect(told(run(aPolicy(), [...steady, ...crashed]).slice(-3))).toEqual([
      "4 REPLICAS_STARTING",
      "4 REPLICAS_STARTING",
      "3 STARTING_TOO_LONG",
    ]);
  });
});

describe("stabilization", () => {
  test("in: the largest recommendation of the window counts, and the window must be full", () => {
    const policy = aPolicy({ scaleIn: { ...aPolicy().scaleIn, stabilizationWindow: minutes(1) } });
    const ticks = [tick(0, 8, 240), tick(15, 8, 60), tick(30, 8, 120), tick(45, 8, 60), tick(60, 8, 60), tick(75, 8, 60), tick(90, 8, 60)];
    expect(told(run(policy, ticks))).toEqual([
      "8 AT_TARGET",
      "8 WINDOW_INCOMPLETE",
      "8 WINDOW_INCOMPLETE",
      "8 WINDOW_INCOMPLETE",
      "5 SCALE_IN_STABILIZED",
      "5 SCALE_IN_STABILIZED",
      "3 SCALE_IN_AGREED",
    ]);
  });

  test("in: a gap of more than three ticks makes the window incomplete, not expired", () => {
    const policy = aPolicy({ scaleIn: { ...aPolicy().scaleIn, stabilizationWindow: minutes(1) } });
    const ticks = [...[0, 15, 30, 45, 60].map((t) => tick(t, 8, 60)), tick(120, 8, 60), tick(165, 8, 60), tick(180, 8, 60)];
    expect(told(run(policy, ticks).slice(-4))).toEqual([
      "3 SCALE_IN_AGREED",
      "8 WINDOW_INCOMPLETE",
      "8 WINDOW_INCOMPLETE",
      "3 SCALE_IN_AGREED",
    ]);
  });

  test("in: ticks blocked by coverage alone leave nothing, and half of the window must be there", () => {
    const policy = aPolicy({ scaleIn: { ...aPolicy().scaleIn, stabilizationWindow: minutes(1) } });
    const partial = (t: number) => ({ ...tick(t, 8, 60), pods: { expected: 8, fresh: 7 } });
    const ticks = [tick(0, 8, 60), tick(15, 8, 60), partial(30), partial(45), partial(60), tick(75, 8, 60), tick(90, 8, 60)];
    expect(told(run(policy, ticks).slice(-2))).toEqual(["8 WINDOW_INCOMPLETE", "3 SCALE_IN_AGREED"]);
  });

  test("out: the smallest recommendation of the window counts", () => {
    const policy = aPolicy({ scaleOut: { ...aPolicy().scaleOut, stabilizationWindow: seconds(30) } });
    const ticks = [tick(0, 4, 120), tick(15, 4, 300), tick(30, 4, 240), tick(45, 4, 300)];
    expect(told(run(policy, ticks))).toEqual([
      "4 AT_TARGET",
      "4 SCALE_OUT_STABILIZED",
      "8 LARGEST_WISH",
      "8 SCALE_OUT_STABILIZED",
    ]);
  });
});

describe("rate limits", () => {
  const out = (limit: Policy["scaleOut"]["limits"][number]) =>
    aPolicy({ scaleOut: { ...aPolicy().scaleOut, limits: [limit] } });

  test("out: the larger of replicas and percent, less what was added within the period", () => {
    const policy = out({ replicas: 4, percent: 100, per: minutes(1) });
    const ticks = [tick(0, 3, 600), tick(15, 7, 600), tick(30, 7, 600), tick(75, 7, 600)];
    const results = run(policy, ticks);
    expect(told(results)).toEqual(["7 SCALE_OUT_LIMITED", "7 SCALE_OUT_LIMITED", "7 SCALE_OUT_LIMITED", "14 SCALE_OUT_LIMITED"]);
    expect(results[1]?.steps.at(-1)).toEqual({
      step: "rateLimit",
      from: 20,
      to: 7,
      reason: "SCALE_OUT_LIMITED",
      limit: { replicas: 4, percent: 100, perSeconds: 60 },
      used: 4,
    });
  });

  test("in: percent is of what was desired a period ago, rounded down but at least one", () => {
    const policy = aPolicy({
      scaleIn: { ...aPolicy().scaleIn, limits: [{ replicas: null, percent: 25, per: minutes(2) }] },
    });
    const ticks = [tick(0, 10, 30), tick(15, 8, 30), tick(30, 8, 30), tick(135, 8, 30), tick(150, 3, 30)];
    expect(told(run(policy, ticks))).toEqual([
      "8 SCALE_IN_LIMITED",
      "8 SCALE_IN_LIMITED",
      "8 SCALE_IN_LIMITED",
      "6 SCALE_IN_LIMITED",
      "3 SCALE_IN_LIMITED",
    ]);
  });

  test("all limits hold", () => {
    const policy = aPolicy({
      scaleOut: {
        ...aPolicy().scaleOut,
        limits: [
          { replicas: 10, percent: null, per: minutes(1) },
          { replicas: 2, percent: null, per: seconds(30) },
        ],
      },
    });
    expect(told(run(policy, [tick(0, 4, 600)]))).toEqual(["6 SCALE_OUT_LIMITED"]);
  });
});

describe("cooldown", () => {
  const policy = aPolicy({ scaleIn: { ...aPolicy().scaleIn, cooldown: minutes(1) } });
  test("blocks a scale-in after an increase by whomever, and a scale-in does not restart it", () => {
    const before = Array.from({ length: 10 }, (_, index) => tick(index * 15, 4, 120));
    const ticks = [tick(150, 6, 60), tick(195, 6, 60), tick(210, 6, 60), tick(225, 4, 60)];
    expect(told(run(policy, [...before, ...ticks]).slice(-4))).toEqual([
      "6 COOLDOWN",
      "6 COOLDOWN",
      "3 SCALE_IN_AGREED",
      "3 SCALE_IN_AGREED",
    ]);
  });

  test("never blocks a scale-out", () => {
    expect(told(run(policy, [tick(0, 4, 120), tick(15, 6, 300)]))).toEqual(["4 AT_TARGET", "10 LARGEST_WISH"]);
  });

  test("counts the start as an increase, since what came before is unknown", () => {
    expect(told(run(policy, [tick(0, 4, 60), tick(45, 4, 60), tick(60, 4, 60)]))).toEqual([
      "4 COOLDOWN",
      "4 COOLDOWN",
      "3 SCALE_IN_AGREED",
    ]);
  });
});

describe("missing data", () => {
  const policy = aPolicy({ missingData: { maxAge: minutes(1), holdFor: minutes(2) } });
  const blank = (t: number, desired: number | null = 4) => anObservation({ t, desired, pods: { expected: 4, fresh: 0 } });

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
    expect(result?.decision).toEqual({ replicas: 4, active: true, status: "starting", scaleInBlocked: ["ABSENT:requestRate", "COVERAGE"] });
  });

  test("desired replicas that go missing stand for maxAge, then the last answer does", () => {
    const unknown = (t: number) =>
      anObservation({ t, desired: null, ready: null, pods: { expected: 4, fresh: 4 }, signals: live({ requestRate: 120 }) });
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

describe("zero", () => {
  const policy = aPolicy({
    replicas: { min: 0, max: 8 },
    activation: { query: "queued", above: 2, cooldown: minutes(1) },
  });
  const quiet = (t: number, desired: number, value: number | null) => ({ ...tick(t, desired, 0), activation: { value } });

  test("falls to zero in one step once nothing was active for the cooldown", () => {
    const busy = { ...tick(0, 4, 120), activation: { value: 0 } };
    const ticks = [busy, quiet(15, 4, 0), quiet(45, 4, 0), quiet(60, 4, 0), quiet(75, 0, 0)];
    expect(told(run(policy, ticks))).toEqual([
      "4 AT_TARGET",
      "1 RAISED_TO_MIN",
      "1 RAISED_TO_MIN",
      "0 DEACTIVATED",
      "0 AT_TARGET",
    ]);
  });

  test("rises to one when the activation value is above its threshold", () => {
    const results = run(policy, [quiet(0, 0, 2), quiet(15, 0, 3)]);
    expect(told(results)).toEqual(["0 AT_TARGET", "1 ACTIVATED"]);
    expect(results.map(({ decision }) => decision.active)).toEqual([false, true]);
  });

  test("keeps its state while the activation value is unknown, and cannot answer at zero", () => {
    const results = run(policy, [quiet(0, 4, null), quiet(60, 4, null), quiet(75, 0, null), quiet(150, 0, null)]);
    expect(told(results).at(1)).toBe("1 ACTIVITY_UNKNOWN");
    expect(results.at(-1)?.decision).toEqual({ replicas: 0, active: false, status: "unavailable", scaleInBlocked: [] });
  });

  test("stays active while a required signal is missing", () => {
    const blind = (t: number) => ({ ...anObservation({ t, desired: 4, signals: live({ latency: 0.1 }) }), activation: { value: 0 } });
    const both = aPolicy({ ...policy, signals: { requestRate: DECLARED.requestRate, latency: DECLARED.latency } });
    expect(run(both, [blind(0), blind(75)]).map(({ decision }) => decision.replicas)).toEqual([4, 4]);
  });
});

describe("bounds and modes", () => {
  test.each([
    { name: "raises to the minimum", replicas: { min: 3, max: 9 }, desired: 4, rate: 0, told: "3 RAISED_TO_MIN" },
    { name: "lowers to the maximum", replicas: { min: 1, max: 9 }, desired: 4, rate: 600, told: "9 LOWERED_TO_MAX" },
    { name: "brings S back at once", replicas: { min: 1, max: 2 }, desired: 4, rate: 120, told: "2 LOWERED_TO_MAX" },
    { name: "starts what should run", replicas: { min: 2, max: 9 }, desired: 0, rate: 0, told: "2 RAISED_TO_MIN" },
  ])("$name", ({ replicas, desired, rate, told: expected }) => {
    expect(told(run(aPolicy({ replicas }), [tick(0, desired, rate)]))).toEqual([expected]);
  });

  test("on hold never falls below S, and still rises", () => {
    const policy = aPolicy({ mode: "hold", replicas: { min: 1, max: 8 } });
    expect(told(run(policy, [tick(0, 4, 60), tick(15, 4, 150), tick(30, 9, 60)]))).toEqual([
      "4 FROZEN",
      "5 LARGEST_WISH",
      "9 FROZEN",
    ]);
  });
});

describe("probes, where no load signal sizes the fleet", () => {
  const policy = aPolicy({
    signals: { pendingRequests: DECLARED.pendingRequests },
    scaleIn: { ...aPolicy().scaleIn, stabilizationWindow: seconds(0) },
  });
  const remembers = initialState({ remembers: true });
  const calm = (t: number, desired: number, rate = 100) =>
    anObservation({ t, desired, signals: live({ pendingRequests: 0 }), traffic: { arrivalsPerSecond: rate, recentArrivalsPerSecond: rate } });
  const backed = (t: number, desired: number, rate = 100) =>
    anObservation({ t, desired, signals: live({ pendingRequests: 400 }), traffic: { arrivalsPerSecond: rate, recentArrivalsPerSecond: rate } });

  test("take one replica, give it back if a signal asks, and do not try that count at this load again", () => {
    const results = run(policy, [calm(0, 4), calm(15, 3), backed(30, 3), calm(45, 4), calm(450, 4), calm(465, 4, 89)], remembers);
    expect(told(results)).toEqual([
      "3 SCALE_IN_AGREED",
      "2 SCALE_IN_AGREED",
      "4 LARGEST_WISH",
      "4 PROBE_FAILED_BEFORE",
      "4 PROBE_FAILED_BEFORE",
      "3 SCALE_IN_AGREED",
    ]);
    expect(results[2]?.steps[0]).toEqual({ step: "signal", signal: "pendingRequests", wish: 4, reason: "PROBE_WATCHED" });
  });

  test("do not hold back a surge", () => {
    const results = run(policy, [calm(0, 4), calm(15, 3), backed(30, 3, 131)], remembers);
    expect(results.at(-1)?.decision.replicas).toBe(6);
  });

  test("wait for an hour where no checkpoint tells what failed before", () => {
    const results = run(policy, [calm(0, 4), calm(3585, 4), calm(3600, 4)]);
    expect(told(results)).toEqual(["4 WINDOW_INCOMPLETE", "4 WINDOW_INCOMPLETE", "3 SCALE_IN_AGREED"]);
  });
});
