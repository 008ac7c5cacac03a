// What the load signals ask for: one tick, S = R = 4 unless the row says otherwise.

import { describe, expect, test } from "vitest";
import type { SignalReadings } from "../../../src/domain/observation.ts";
import { anObservation, aPolicy, DECLARED, live } from "../../support/builders.ts";
import { signalStep } from "../../support/signal-step.ts";

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
