// What custom signals ask for, and what their absence forbids: one tick, S = R = 4 unless the row says otherwise.

import { describe, expect, test } from "vitest";
import { type DecideResult, decide } from "../../../src/decide/decide.ts";
import type { CustomReading, SignalReadings } from "../../../src/domain/observation.ts";
import type { CustomSignalPolicy, SignalPolicies } from "../../../src/domain/policy.ts";
import { initialState, type ScalerState } from "../../../src/domain/state.ts";
import { minutes } from "../../../src/domain/units.ts";
import { anObservation, aPolicy, at, DECLARED, live } from "../../support/builders.ts";

const COMMON = { query: "q", window: minutes(1), required: true } as const;
const LOAD = { ...COMMON, name: "tokens", kind: "load", targetPerReplica: 30 } as const;
const BACKLOG = { ...COMMON, name: "queue", kind: "backlog", targetPerReplica: 8 } as const;
const QUALITY = { ...COMMON, name: "constructor", kind: "quality", target: 100 } as const;
const MEASURED = { state: "live", unit: "query", ageSeconds: 0 } as const;

const load = (value: number): CustomReading => ({ ...MEASURED, kind: "load", value });
const backlog = (value: number, [oldest, newest]: readonly [number, number] = [value, value]) =>
  ({ ...MEASURED, kind: "backlog", value, oldest, newest }) as const;
const quality = (value: number, halves: readonly [number | null, number | null] = [value, value]) =>
  ({ ...MEASURED, kind: "quality", value, valueFirstHalf: halves[0], valueSecondHalf: halves[1] }) as const;
const without = (reading: CustomReading, state: "stale" | "absent" | "implausible"): CustomReading => ({
  ...reading,
  state,
  value: null,
});

type Case = {
  readonly custom: readonly CustomSignalPolicy[];
  readonly readings: SignalReadings;
  readonly signals?: Partial<SignalPolicies>;
  readonly ready?: number;
  readonly state?: Partial<ScalerState>;
  readonly arrivals?: number;
};

function decided({ custom, readings, signals, ready = 4, state = {}, arrivals = 0 }: Case): DecideResult {
  const observation = anObservation({
    ready,
    signals: readings,
    traffic: { arrivalsPerSecond: arrivals, recentArrivalsPerSecond: arrivals },
  });
  const before = { ...initialState({ remembers: true }), ...state };
  return decide(before, observation, aPolicy({ signals: { ...signals, custom } }));
}

/** The last signal step: custom signals come after the built-in ones. */
function lastSignal(case_: Case): readonly [string, number | null, string] {
  const found = decided(case_).steps.findLast((step) => step.step === "signal");
  if (found?.step !== "signal") throw new Error("no signal step");
  return [found.signal, found.wish, found.reason];
}

describe("a custom load, 30 a replica", () => {
  test.each([
    { name: "above the tolerance", value: 133, wish: 5, reason: "ABOVE_TARGET" },
    { name: "at the end of the tolerance", value: 132, wish: 4, reason: "WITHIN_TOLERANCE" },
    {
      name: "below, but three would be over 90 % of their limit",
      value: 82,
      wish: 4,
      reason: "WITHIN_TOLERANCE",
    },
    { name: "below, and three are within 90 %", value: 81, wish: 3, reason: "BELOW_TARGET" },
  ])("$name: $value", ({ value, wish, reason }) => {
    const step = lastSignal({ custom: [LOAD], readings: { tokens: load(value) } });
    expect(step).toEqual(["tokens", wish, reason]);
  });

  test("passes while replicas start", () => {
    const step = lastSignal({ custom: [LOAD], readings: { tokens: load(300) }, ready: 2 });
    expect(step).toEqual(["tokens", 10, "ABOVE_TARGET"]);
  });

  test("gives pendingRequests no limit in requests/s: the backlog stays a stock", () => {
    const { steps } = decided({
      custom: [LOAD],
      signals: { pendingRequests: DECLARED.pendingRequests },
      readings: { ...live({ pendingRequests: 400 }), tokens: load(120) },
      arrivals: 500,
    });
    expect(steps[0]).toEqual({ step: "signal", signal: "pendingRequests", wish: 8, reason: "ABOVE_TARGET" });
  });

  test("sizes the scale-in: no probe of one replica is needed", () => {
    const { steps } = decided({
      custom: [LOAD, BACKLOG],
      readings: { tokens: load(30), queue: backlog(0) },
    });
    expect(steps.find(({ step }) => step === "combine")).toEqual({
      step: "combine",
      from: 4,
      to: 2,
      reason: "SCALE_IN_AGREED",
      signal: "tokens",
    });
  });
});

describe("a custom backlog, 8 a replica", () => {
  test.each([
    { name: "above", reading: backlog(48), ready: 4, wish: 6, reason: "ABOVE_TARGET" },
    { name: "far above: twice R at most", reading: backlog(480), ready: 4, wish: 8, reason: "ABOVE_TARGET" },
    { name: "while replicas start", reading: backlog(480), ready: 3, wish: 4, reason: "REPLICAS_STARTING" },
    { name: "while it shrinks", reading: backlog(48, [60, 40]), ready: 4, wish: 4, reason: "RESIDUE" },
    { name: "in the tolerance", reading: backlog(35), ready: 4, wish: 4, reason: "WITHIN_TOLERANCE" },
    { name: "at its target", reading: backlog(32), ready: 4, wish: null, reason: "ALLOWS_SCALE_IN" },
  ])("$name", ({ reading, ready, wish, reason }) => {
    const step = lastSignal({ custom: [BACKLOG], readings: { queue: reading }, ready });
    expect(step).toEqual(["queue", wish, reason]);
  });

  test("is a stock although a load limit in requests/s is known", () => {
    const step = lastSignal({
      custom: [BACKLOG],
      signals: { requestRate: DECLARED.requestRate },
      readings: { ...live({ requestRate: 100 }), queue: backlog(48) },
      arrivals: 1000,
    });
    expect(step).toEqual(["queue", 6, "ABOVE_TARGET"]);
  });

  test("is remembered when it stands above, and what has drained then caps quality", () => {
    const custom = [BACKLOG, { ...QUALITY, name: "p99" }];
    const above = decided({ custom, readings: { queue: backlog(48), p99: quality(10) } });
    expect(above.state.backlogAboveAt).toBe(at(0));
    const drained = lastSignal({
      custom,
      readings: { queue: backlog(0), p99: quality(300) },
      state: { backlogAboveAt: at(-30) },
    });
    expect(drained).toEqual(["p99", 4, "RESIDUE"]);
  });
});

describe("a custom quality signal, target 100", () => {
  test.each([
    { name: "above in both halves", reading: quality(130), ready: 4, wish: 6, reason: "ABOVE_TARGET" },
    { name: "half as much again at most", reading: quality(900), ready: 4, wish: 6, reason: "ABOVE_TARGET" },
    {
      name: "above in one half",
      reading: quality(130, [105, 155]),
      ready: 4,
      wish: null,
      reason: "NOT_SUSTAINED",
    },
    {
      name: "with a half unknown",
      reading: quality(130, [null, 130]),
      ready: 4,
      wish: null,
      reason: "NOT_SUSTAINED",
    },
    { name: "while replicas start", reading: quality(200), ready: 3, wish: 4, reason: "REPLICAS_STARTING" },
    { name: "without a replica", reading: quality(130), ready: 0, wish: null, reason: "REPLICAS_STARTING" },
    { name: "in the tolerance", reading: quality(110), ready: 4, wish: 4, reason: "WITHIN_TOLERANCE" },
    { name: "at its target", reading: quality(100), ready: 4, wish: null, reason: "ALLOWS_SCALE_IN" },
  ])("$name", ({ reading, ready, wish, reason }) => {
    const step = lastSignal({ custom: [QUALITY], readings: { constructor: reading }, ready });
    expect(step).toEqual(["constructor", wish, reason]);
  });
});

describe("a custom signal without data", () => {
  const rate = { requestRate: DECLARED.requestRate };
  test.each([
    { name: "a required one", signal: BACKLOG, status: "degraded", blocked: ["STALE:queue"] },
    {
      name: "one that is not required",
      signal: { ...BACKLOG, required: false },
      status: "live",
      blocked: [],
    },
    {
      name: "a load, required or not",
      signal: { ...LOAD, required: false, name: "queue" },
      status: "live",
      blocked: ["STALE:queue"],
    },
  ])("$name", ({ signal, status, blocked }) => {
    const reading = without(signal.kind === "load" ? load(0) : backlog(0), "stale");
    const { decision } = decided({
      custom: [signal],
      signals: rate,
      readings: { ...live({ requestRate: 10 }), queue: reading },
    });
    expect([decision.status, decision.scaleInBlocked]).toEqual([status, blocked]);
  });

  test.each(["absent", "implausible"] as const)("says that it is %s", (state) => {
    const step = lastSignal({ custom: [QUALITY], readings: { constructor: without(quality(1), state) } });
    expect(step).toEqual(["constructor", null, state.toUpperCase()]);
  });

  test("is absent where there is no reading of its name or kind", () => {
    expect(lastSignal({ custom: [QUALITY], readings: {} })).toEqual(["constructor", null, "ABSENT"]);
    expect(lastSignal({ custom: [LOAD], readings: { tokens: quality(1) } })).toEqual([
      "tokens",
      null,
      "ABSENT",
    ]);
  });

  test("is enough to decide on where it alone has data", () => {
    const { decision } = decided({ custom: [LOAD], readings: { tokens: load(150) } });
    expect(decision).toMatchObject({ replicas: 5, status: "live" });
  });
});

test("idle custom signals let a fleet go to its minimum", () => {
  const idle = (reading: CustomReading): CustomReading => ({ ...reading, state: "idle", value: 0 });
  const { steps } = decided({
    custom: [LOAD, BACKLOG],
    readings: { tokens: idle(load(0)), queue: idle(backlog(0)) },
  });
  expect(steps.slice(0, 3)).toEqual([
    { step: "signal", signal: "tokens", wish: 0, reason: "IDLE" },
    { step: "signal", signal: "queue", wish: null, reason: "IDLE" },
    { step: "combine", from: 4, to: 0, reason: "SCALE_IN_AGREED", signal: "tokens" },
  ]);
});
