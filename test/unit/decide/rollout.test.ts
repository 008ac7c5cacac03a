// What a rollout forbids. Scripted ticks.

import { describe, expect, test } from "vitest";
import type { Observation } from "../../../src/domain/observation.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import { aPolicy } from "../../support/builders.ts";
import { run, tick, told } from "../../support/scripted-ticks.ts";

const rolling = (observation: Observation, rollout = true): Observation => ({
  ...observation,
  cluster: { rollout, existing: 5, waiting: [], hpa: null },
});

describe("while a rollout runs", () => {
  test.each<{ name: string; policy?: Partial<Omit<Policy, "signals">>; load: number; want: string }>([
    { name: "no replica is taken away", load: 30, want: "4 ROLLOUT" },
    { name: "more are added", load: 240, want: "8 LARGEST_WISH" },
    { name: "as many as are wanted stay", load: 120, want: "4 AT_TARGET" },
    {
      name: "a lowered maximum waits",
      policy: { replicas: { min: 1, max: 2 } },
      load: 120,
      want: "4 ROLLOUT",
    },
    { name: "a freeze has nothing left to hold", policy: { mode: "hold" }, load: 30, want: "4 ROLLOUT" },
  ])("$name", ({ policy = {}, load, want }) => {
    expect(told(run(aPolicy(policy), [rolling(tick(0, 4, load))]))).toEqual([want]);
  });

  test("zero waits, too", () => {
    const asleep = { query: "queued", above: 0, cooldown: aPolicy().scaleIn.cooldown };
    const policy = aPolicy({ replicas: { min: 0, max: 8 }, activation: asleep });
    const quiet = (rollout: boolean): Observation =>
      rolling({ ...tick(0, 4, 0), activation: { value: 0 } }, rollout);
    expect(told(run(policy, [quiet(true)]))).toEqual(["4 ROLLOUT"]);
  });

  test("what was wanted follows when it is over", () => {
    const ticks = [rolling(tick(0, 4, 30)), rolling(tick(15, 4, 30)), rolling(tick(30, 4, 30), false)];
    expect(told(run(aPolicy(), ticks))).toEqual(["4 ROLLOUT", "4 ROLLOUT", "2 SCALE_IN_AGREED"]);
  });
});
