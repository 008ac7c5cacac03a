// What the backlog asks for: one tick, S = R = 4 unless the row says otherwise.

import { describe, expect, test } from "vitest";
import { decide } from "../../../src/decide/decide.ts";
import type { Observation, SignalReadings } from "../../../src/domain/observation.ts";
import { initialState } from "../../../src/domain/state.ts";
import { anObservation, aPolicy, DECLARED, live } from "../../support/builders.ts";
import { signalStep } from "../../support/signal-step.ts";

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
