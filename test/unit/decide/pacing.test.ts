// How a change is held back: starting replicas, stabilization, rate limits, cooldown. Scripted ticks.

import { describe, expect, test } from "vitest";
import type { Policy } from "../../../src/domain/policy.ts";
import { minutes, seconds } from "../../../src/domain/units.ts";
import { aPolicy } from "../../support/builders.ts";
import { run, tick, tickWith, told } from "../../support/scripted-ticks.ts";

describe("replicas that start", () => {
  test("keep S, however low the load, until twice the expected start-up has passed", () => {
    const ticks = [0, 15, 345, 360].map((t) => tickWith({ t: t, desired: 8, rate: 60, ready: 4 }));
    expect(told(run(aPolicy(), ticks))).toEqual([
      "8 REPLICAS_STARTING",
      "8 REPLICAS_STARTING",
      "8 REPLICAS_STARTING",
      "3 STARTING_TOO_LONG",
    ]);
  });

  test("count as starting again after a steady spell", () => {
    const steady = Array.from({ length: 30 }, (_, index) => tick(index * 15, 4, 120));
    const crashed = [
      tickWith({ t: 450, desired: 4, rate: 60, ready: 3 }),
      tickWith({ t: 780, desired: 4, rate: 60, ready: 3 }),
      tickWith({ t: 795, desired: 4, rate: 60, ready: 3 }),
    ];
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
    const ticks = [
      tick(0, 8, 240),
      tick(15, 8, 60),
      tick(30, 8, 120),
      tick(45, 8, 60),
      tick(60, 8, 60),
      tick(75, 8, 60),
      tick(90, 8, 60),
    ];
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
    const ticks = [
      ...[0, 15, 30, 45, 60].map((t) => tick(t, 8, 60)),
      tick(120, 8, 60),
      tick(165, 8, 60),
      tick(180, 8, 60),
    ];
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
    const ticks = [
      tick(0, 8, 60),
      tick(15, 8, 60),
      partial(30),
      partial(45),
      partial(60),
      tick(75, 8, 60),
      tick(90, 8, 60),
    ];
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
    expect(told(results)).toEqual([
      "7 SCALE_OUT_LIMITED",
      "7 SCALE_OUT_LIMITED",
      "7 SCALE_OUT_LIMITED",
      "14 SCALE_OUT_LIMITED",
    ]);
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
    expect(told(run(policy, [tick(0, 4, 120), tick(15, 6, 300)]))).toEqual([
      "4 AT_TARGET",
      "10 LARGEST_WISH",
    ]);
  });

  test("counts the start as an increase, since what came before is unknown", () => {
    expect(told(run(policy, [tick(0, 4, 60), tick(45, 4, 60), tick(60, 4, 60)]))).toEqual([
      "4 COOLDOWN",
      "4 COOLDOWN",
      "3 SCALE_IN_AGREED",
    ]);
  });
});
