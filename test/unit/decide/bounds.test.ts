// The gate to zero, the bounds and the modes. Scripted ticks.

import { describe, expect, test } from "vitest";
import { minutes } from "../../../src/domain/units.ts";
import { anObservation, aPolicy, DECLARED, live } from "../../support/builders.ts";
import { run, tick, told } from "../../support/scripted-ticks.ts";

describe("zero", () => {
  const policy = aPolicy({
    replicas: { min: 0, max: 8 },
    activation: { query: "queued", above: 2, cooldown: minutes(1) },
  });
  const quiet = (t: number, desired: number, value: number | null) => ({
    ...tick(t, desired, 0),
    activation: { value },
  });

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
    const results = run(policy, [
      quiet(0, 4, null),
      quiet(60, 4, null),
      quiet(75, 0, null),
      quiet(150, 0, null),
    ]);
    expect(told(results).at(1)).toBe("1 ACTIVITY_UNKNOWN");
    expect(results.at(-1)?.decision).toEqual({
      replicas: 0,
      active: false,
      status: "unavailable",
      scaleInBlocked: [],
    });
  });

  test("stays active while a required signal is missing", () => {
    const blind = (t: number) => ({
      ...anObservation({ t, desired: 4, signals: live({ latency: 0.1 }) }),
      activation: { value: 0 },
    });
    const both = aPolicy({
      ...policy,
      signals: { requestRate: DECLARED.requestRate, latency: DECLARED.latency },
    });
    expect(run(both, [blind(0), blind(75)]).map(({ decision }) => decision.replicas)).toEqual([4, 4]);
  });
});

describe("bounds and modes", () => {
  test.each([
    {
      name: "raises to the minimum",
      replicas: { min: 3, max: 9 },
      desired: 4,
      rate: 0,
      told: "3 RAISED_TO_MIN",
    },
    {
      name: "lowers to the maximum",
      replicas: { min: 1, max: 9 },
      desired: 4,
      rate: 600,
      told: "9 LOWERED_TO_MAX",
    },
    {
      name: "brings S back at once",
      replicas: { min: 1, max: 2 },
      desired: 4,
      rate: 120,
      told: "2 LOWERED_TO_MAX",
    },
    {
      name: "starts what should run",
      replicas: { min: 2, max: 9 },
      desired: 0,
      rate: 0,
      told: "2 RAISED_TO_MIN",
    },
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
