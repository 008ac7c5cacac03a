// What each signal asks for, rule by rule: one tick, S = R = 4 unless the row says otherwise.

import { describe, expect, test } from "vitest";
import { decide } from "../../../src/decide/decide.ts";
import type { SignalStep } from "../../../src/domain/decision.ts";
import type { Observation, SignalReadings } from "../../../src/domain/observation.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import { initialState, type ScalerState } from "../../../src/domain/state.ts";
import { anObservation, aPolicy, at, DECLARED, live } from "../../support/builders.ts";

function signalStep(
  observation: Observation,
  { policy = aPolicy(), state = initialState() }: { readonly policy?: Policy; readonly state?: ScalerState },
): Omit<SignalStep, "step"> | undefined {
  const found = decide(state, observation, policy).steps.find((step) => step.step === "signal");
  if (found?.step !== "signal") return undefined;
  const { signal, wish, reason } = found;
  return { signal, wish, reason };
}

describe("requestRate, 30 requests/s a replica", () => {
  test.each([
    { name: "above the tolerance", rate: 133, wish: 5, reason: "ABOVE_TARGET" },
    { name: "far above", rate: 300, wish: 10, reason: "ABOVE_TARGET" },
    { name: "at the upper end of the tolerance", rate: 132, wish: 4, reason: "WITHIN_TOLERANCE" },
    { name: "at the lower end of the tolerance", rate: 108, wish: 4, reason: "WITHIN_TOLERANCE" },
    {
      name: "below, but three replicas would be over 90 % of their limit",
      rate: 82,
      wish: 4,
      reason: "WITHIN_TOLERANCE",
    },
    { name: "below, and three replicas are within 90 %", rate: 81, wish: 3, reason: "BELOW_TARGET" },
    { name: "nothing arriving", rate: 0, wish: 0, reason: "BELOW_TARGET" },
  ])("$name: $rate/s", ({ rate, wish, reason }) => {
    const observation = anObservation({ signals: live({ requestRate: rate }) });
    expect(signalStep(observation, {})).toEqual({ signal: "requestRate", wish, reason });
  });
});

describe("inFlight, 6 requests a replica", () => {
  const policy = aPolicy({ signals: { inFlight: DECLARED.inFlight } });
  const reading = (
    value: number,
    levels: { readonly oldest: number; readonly newest: number },
  ): SignalReadings => {
    const { inFlight } = live({ inFlight: value });
    return inFlight === undefined ? {} : { inFlight: { ...inFlight, ...levels } };
  };
  const steady = { oldest: 10, newest: 10 };
  test.each([
    { name: "sizes out", value: 36, levels: steady, ready: 4, wish: 6, reason: "ABOVE_TARGET" },
    { name: "doubles R at most", value: 90, levels: steady, ready: 4, wish: 8, reason: "ABOVE_TARGET" },
    {
      name: "asks for no more while replicas start",
      value: 90,
      levels: steady,
      ready: 3,
      wish: 4,
      reason: "REPLICAS_STARTING",
    },
    {
      name: "asks for no more while the queue shrinks",
      value: 90,
      levels: { oldest: 20, newest: 5 },
      ready: 4,
      wish: 4,
      reason: "RESIDUE",
    },
    {
      name: "sizes in",
      value: 10,
      levels: { oldest: 20, newest: 5 },
      ready: 4,
      wish: 2,
      reason: "BELOW_TARGET",
    },
  ])("$name", ({ value, levels, ready, wish, reason }) => {
    const observation = anObservation({ ready, signals: reading(value, levels) });
    expect(signalStep(observation, { policy })).toEqual({ signal: "inFlight", wish, reason });
  });
});

describe("pendingRequests, 8 a replica", () => {
  type Row = Partial<{ oldest: number; newest: number; capped: number; arrivalsPerSecond: number }>;
  const reading = (value: number, overrides: Row): SignalReadings => {
    const { pendingRequests } = live({ pendingRequests: value });
    return pendingRequests === undefined ? {} : { pendingRequests: { ...pendingRequests, ...overrides } };
  };
  const alone = aPolicy({ signals: { pendingRequests: DECLARED.pendingRequests } });

  test.each([
    {
      name: "at the target allows a scale-in",
      value: 32,
      row: {},
      ready: 4,
      wish: null,
      reason: "ALLOWS_SCALE_IN",
    },
    { name: "just above it keeps S", value: 35, row: {}, ready: 4, wish: 4, reason: "WITHIN_TOLERANCE" },
    {
      name: "above it asks for the stock over the target",
      value: 50,
      row: {},
      ready: 4,
      wish: 7,
      reason: "ABOVE_TARGET",
    },
    { name: "doubles R at most", value: 400, row: {}, ready: 4, wish: 8, reason: "ABOVE_TARGET" },
    {
      name: "asks for no more while replicas start",
      value: 400,
      row: {},
      ready: 3,
      wish: 4,
      reason: "REPLICAS_STARTING",
    },
    {
      name: "asks for no more while it shrinks",
      value: 400,
      row: { oldest: 500, newest: 300 },
      ready: 4,
      wish: 4,
      reason: "RESIDUE",
    },
    {
      name: "keeps S where one pod has it all",
      value: 100,
      row: { capped: 20 },
      ready: 4,
      wish: 4,
      reason: "IMBALANCE",
    },
    {
      name: "counts the even part where one pod stands out",
      value: 200,
      row: { capped: 60 },
      ready: 4,
      wish: 8,
      reason: "ABOVE_TARGET",
    },
  ])("without a load limit: $name", ({ value, row, ready, wish, reason }) => {
    const observation = anObservation({ ready, signals: reading(value, row) });
    expect(signalStep(observation, { policy: alone })).toEqual({ signal: "pendingRequests", wish, reason });
  });

  const sized = aPolicy({
    signals: { requestRate: DECLARED.requestRate, pendingRequests: DECLARED.pendingRequests },
  });
  const wishOf = (observation: Observation) =>
    decide(initialState(), observation, sized).steps.find(
      (step) => step.step === "signal" && step.signal === "pendingRequests",
    );
  test.each([
    {
      name: "arrivals plus the backlog cleared within 5 min",
      value: 900,
      row: { arrivalsPerSecond: 297, oldest: 500 },
      ready: 4,
      wish: 10,
    },
    {
      name: "passes while replicas start",
      value: 900,
      row: { arrivalsPerSecond: 297, oldest: 500 },
      ready: 2,
      wish: 10,
    },
    {
      name: "asks for a quarter more if it does not shrink although the limit says enough",
      value: 60,
      row: { arrivalsPerSecond: 60 },
      ready: 4,
      wish: 5,
    },
    {
      name: "keeps S while it shrinks and the limit says enough",
      value: 60,
      row: { arrivalsPerSecond: 60, oldest: 90, newest: 40 },
      ready: 4,
      wish: 4,
    },
  ])("with a load limit of 30/s: $name", ({ value, row, ready, wish }) => {
    const signals = { ...live({ requestRate: 100 }), ...reading(value, row) };
    expect(wishOf(anObservation({ ready, signals }))).toEqual({
      step: "signal",
      signal: "pendingRequests",
      wish,
      reason: "ABOVE_TARGET",
    });
  });
});

describe("queueDuration and latency", () => {
  type Row = Partial<{
    valueFirstHalf: number;
    valueSecondHalf: number;
    valueWithoutWorst: number;
    requests: number;
    noCompletions: boolean;
  }>;
  const queue = aPolicy({ signals: { queueDuration: DECLARED.queueDuration } });
  const reading = (value: number, overrides: Row): SignalReadings => {
    const { queueDuration } = live({ queueDuration: value });
    return queueDuration === undefined ? {} : { queueDuration: { ...queueDuration, ...overrides } };
  };
  test.each([
    {
      name: "above in both halves: R times the ratio",
      value: 0.12,
      row: {},
      ready: 4,
      wish: 5,
      reason: "ABOVE_TARGET",
    },
    { name: "half as many again at most", value: 2, row: {}, ready: 4, wish: 6, reason: "ABOVE_TARGET" },
    {
      name: "above in the second half only",
      value: 0.2,
      row: { valueFirstHalf: 0.05 },
      ready: 4,
      wish: null,
      reason: "NOT_SUSTAINED",
    },
    {
      name: "above in the first half only",
      value: 0.2,
      row: { valueSecondHalf: 0.05 },
      ready: 4,
      wish: null,
      reason: "NOT_SUSTAINED",
    },
    { name: "within the tolerance", value: 0.11, row: {}, ready: 4, wish: 4, reason: "WITHIN_TOLERANCE" },
    { name: "at the target", value: 0.1, row: {}, ready: 4, wish: null, reason: "ALLOWS_SCALE_IN" },
    {
      name: "19 completions say nothing",
      value: 2,
      row: { requests: 19 },
      ready: 4,
      wish: null,
      reason: "LOW_TRAFFIC",
    },
    {
      name: "no second multiplication while replicas start",
      value: 2,
      row: {},
      ready: 3,
      wish: 4,
      reason: "REPLICAS_STARTING",
    },
    {
      name: "one hot pod",
      value: 2,
      row: { valueWithoutWorst: 0.1 },
      ready: 4,
      wish: 4,
      reason: "IMBALANCE",
    },
  ])("queueDuration $name", ({ value, row, ready, wish, reason }) => {
    const observation = anObservation({ ready, signals: reading(value, row) });
    expect(signalStep(observation, { policy: queue })).toEqual({ signal: "queueDuration", wish, reason });
  });

  test("asks for no more than half above what the load accounts for", () => {
    const policy = aPolicy({
      signals: { requestRate: DECLARED.requestRate, queueDuration: DECLARED.queueDuration },
    });
    const observation = anObservation({
      desired: 10,
      signals: live({ requestRate: 240, queueDuration: 2 }),
      traffic: { arrivalsPerSecond: 240 },
    });
    const step = decide(initialState(), observation, policy).steps[1];
    expect(step).toEqual({ step: "signal", signal: "queueDuration", wish: 12, reason: "ABOVE_TARGET" });
  });

  test("has no wish for fewer than S, however little the load accounts for", () => {
    const policy = aPolicy({
      signals: { requestRate: DECLARED.requestRate, queueDuration: DECLARED.queueDuration },
    });
    const observation = anObservation({
      desired: 10,
      signals: live({ requestRate: 60, queueDuration: 2 }),
      traffic: { arrivalsPerSecond: 60 },
    });
    expect(decide(initialState(), observation, policy).steps[1]).toMatchObject({ wish: 10 });
  });

  test("is capped at S for one window after a backlog has drained", () => {
    const policy = aPolicy({
      signals: { pendingRequests: DECLARED.pendingRequests, queueDuration: DECLARED.queueDuration },
    });
    const full = anObservation({ t: 0, signals: live({ pendingRequests: 400, queueDuration: 2 }) });
    const drained = (t: number) =>
      anObservation({ t, signals: live({ pendingRequests: 0, queueDuration: 2 }) });
    const after60 = decide(decide(initialState(), full, policy).state, drained(60), policy);
    const after75 = decide(after60.state, drained(75), policy);
    expect(after60.steps[1]).toEqual({ step: "signal", signal: "queueDuration", wish: 4, reason: "RESIDUE" });
    expect(after75.steps[1]).toEqual({
      step: "signal",
      signal: "queueDuration",
      wish: 6,
      reason: "ABOVE_TARGET",
    });
  });

  const latencyPolicy = aPolicy({ signals: { latency: DECLARED.latency } });
  const latency = (value: number, overrides: object): SignalReadings => {
    const found = live({ latency: value }).latency;
    return found === undefined ? {} : { latency: { ...found, ...overrides } };
  };
  const share = (ratio: number) => ({ ratio, ratioFirstHalf: ratio, ratioSecondHalf: ratio });
  test.each([
    { name: "above by a histogram", value: 0.45, row: {}, wish: 5, reason: "ABOVE_TARGET" },
    {
      name: "a guess from counters is given a quarter",
      value: 0.49,
      row: { quality: "counters" },
      wish: 4,
      reason: "WITHIN_TOLERANCE",
    },
    {
      name: "a guess from counters beyond a quarter",
      value: 0.52,
      row: { quality: "counters" },
      wish: 6,
      reason: "ABOVE_TARGET",
    },
    {
      name: "above, but no more than 1 % over the edge at the target",
      value: 0.45,
      row: { overTarget: share(0.01) },
      wish: null,
      reason: "ALLOWS_SCALE_IN",
    },
    {
      name: "above, and 2 % over the edge",
      value: 0.45,
      row: { overTarget: share(0.02) },
      wish: 5,
      reason: "ABOVE_TARGET",
    },
  ])("latency $name", ({ value, row, wish, reason }) => {
    const observation = anObservation({ signals: latency(value, row) });
    expect(signalStep(observation, { policy: latencyPolicy })).toEqual({ signal: "latency", wish, reason });
  });
});

describe("gpuMemory", () => {
  const policy = aPolicy({ signals: { gpuMemory: DECLARED.gpuMemory } });
  test.each([
    { value: 0.9, reason: "ALLOWS_SCALE_IN" },
    { value: 0.91, reason: "ABOVE_GUARD" },
    { value: 0.98, reason: "CRITICAL" },
  ])("at $value says $reason and names no number", ({ value, reason }) => {
    const observation = anObservation({ signals: live({ gpuMemory: value }) });
    expect(signalStep(observation, { policy })).toEqual({ signal: "gpuMemory", wish: null, reason });
  });
});

describe("what is not data has no wish, and says which kind it is", () => {
  const policy = aPolicy({ signals: { latency: DECLARED.latency } });
  const reading = (
    state: "stale" | "absent" | "implausible" | "idle",
    noCompletions: boolean,
  ): SignalReadings => {
    const found = live({ latency: 1 }).latency;
    return found === undefined ? {} : { latency: { ...found, state, value: null, noCompletions } };
  };
  test.each([
    { state: "stale", noCompletions: false, reason: "STALE" },
    { state: "absent", noCompletions: false, reason: "ABSENT" },
    { state: "absent", noCompletions: true, reason: "NO_COMPLETIONS" },
    { state: "implausible", noCompletions: false, reason: "IMPLAUSIBLE" },
    { state: "idle", noCompletions: false, reason: "IDLE" },
  ] as const)("$state: $reason", ({ state, noCompletions, reason }) => {
    const observation = anObservation({ signals: reading(state, noCompletions) });
    expect(signalStep(observation, { policy })).toEqual({ signal: "latency", wish: null, reason });
  });
});

test("every declared signal has its step, in the order of the policy's signals", () => {
  const policy = aPolicy({ signals: DECLARED });
  const observation = anObservation({
    signals: live({
      requestRate: 120,
      inFlight: 20,
      pendingRequests: 1,
      queueDuration: 0.01,
      latency: 0.1,
      gpuMemory: 0.5,
    }),
  });
  const { steps } = decide(initialState(), observation, policy);
  expect(steps.map((step) => (step.step === "signal" ? step.signal : step.step))).toEqual([
    "requestRate",
    "inFlight",
    "pendingRequests",
    "queueDuration",
    "latency",
    "gpuMemory",
    "combine",
  ]);
  expect(observation.at).toBe(at(0));
});
