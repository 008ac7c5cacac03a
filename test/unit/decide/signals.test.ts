// What the guard says, what is no data, and the order of the signals.

import { describe, expect, test } from "vitest";
import { decide } from "../../../src/decide/decide.ts";
import type { SignalReadings } from "../../../src/domain/observation.ts";
import { initialState } from "../../../src/domain/state.ts";
import { anObservation, aPolicy, at, DECLARED, live } from "../../support/builders.ts";
import { signalStep } from "../../support/signal-step.ts";

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
