// What queue time and latency ask for: one tick, S = R = 4 unless the row says otherwise.

import { describe, expect, test } from "vitest";
import { decide } from "../../../src/decide/decide.ts";
import type { SignalReadings } from "../../../src/domain/observation.ts";
import { initialState } from "../../../src/domain/state.ts";
import { anObservation, aPolicy, DECLARED, live } from "../../support/builders.ts";
import { signalStep } from "../../support/signal-step.ts";

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
