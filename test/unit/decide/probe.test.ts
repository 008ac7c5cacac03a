// Scale-in by trial, where no load signal sizes the fleet. Scripted ticks.

import { describe, expect, test } from "vitest";
import { initialState } from "../../../src/domain/state.ts";
import { seconds } from "../../../src/domain/units.ts";
import { anObservation, aPolicy, DECLARED, live } from "../../support/builders.ts";
import { run, told } from "../../support/scripted-ticks.ts";

describe("probes, where no load signal sizes the fleet", () => {
  const policy = aPolicy({
    signals: { pendingRequests: DECLARED.pendingRequests },
    scaleIn: { ...aPolicy().scaleIn, stabilizationWindow: seconds(0) },
  });
  const remembers = initialState({ remembers: true });
  const calm = (t: number, desired: number, rate = 100) =>
    anObservation({
      t,
      desired,
      signals: live({ pendingRequests: 0 }),
      traffic: { arrivalsPerSecond: rate, recentArrivalsPerSecond: rate },
    });
  const backed = (t: number, desired: number, rate = 100) =>
    anObservation({
      t,
      desired,
      signals: live({ pendingRequests: 400 }),
      traffic: { arrivalsPerSecond: rate, recentArrivalsPerSecond: rate },
    });

  test("take one replica, give it back if a signal asks, and do not try that count at this load again", () => {
    const results = run(
      policy,
      [calm(0, 4), calm(15, 3), backed(30, 3), calm(45, 4), calm(450, 4), calm(465, 4, 89)],
      remembers,
    );
    expect(told(results)).toEqual([
      "3 SCALE_IN_AGREED",
      "2 SCALE_IN_AGREED",
      "4 LARGEST_WISH",
      "4 PROBE_FAILED_BEFORE",
      "4 PROBE_FAILED_BEFORE",
      "3 SCALE_IN_AGREED",
    ]);
    expect(results[2]?.steps[0]).toEqual({
      step: "signal",
      signal: "pendingRequests",
      wish: 4,
      reason: "PROBE_WATCHED",
    });
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
