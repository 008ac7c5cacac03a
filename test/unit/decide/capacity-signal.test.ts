// Sizing by what was learned: below a declared target, instead of one, and as a signal of its own.

import { describe, expect, test } from "vitest";
import { NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import { initialState } from "../../../src/domain/state.ts";
import { anObservation, aPolicy, at, DECLARED, live } from "../../support/builders.ts";
import { run } from "../../support/scripted-ticks.ts";

const remembers = initialState({ remembers: true });
const knowing = (cap: number | null, isMemoryLost = false) => ({
  ...remembers,
  isMemoryLost,
  learned: { ...NOTHING_LEARNED, cap: cap === null ? null : { at: at(-60), perReplica: cap } },
});

describe("a request rate of 120/s on four replicas", () => {
  const observation = anObservation({
    signals: live({ requestRate: 120 }),
    traffic: { arrivalsPerSecond: 120, recentArrivalsPerSecond: 120 },
  });
  const rated = (targetPerReplica: number | "learned") =>
    aPolicy({ signals: { requestRate: { ...DECLARED.requestRate, targetPerReplica } } });

  test.each([
    { name: "by its target", target: 30, cap: null, wish: 4, reason: "WITHIN_TOLERANCE", replicas: 4 },
    {
      name: "by its target, below the cap",
      target: 30,
      cap: 60,
      wish: 4,
      reason: "WITHIN_TOLERANCE",
      replicas: 4,
    },
    {
      name: "by the cap, below its target",
      target: 60,
      cap: 25,
      wish: 6,
      reason: "CAPACITY_LEARNED",
      replicas: 6,
    },
    {
      name: "by the cap alone",
      target: "learned" as const,
      cap: 25,
      wish: 6,
      reason: "ABOVE_TARGET",
      replicas: 6,
    },
    {
      name: "not at all while nothing is known",
      target: "learned" as const,
      cap: null,
      wish: null,
      reason: "ALLOWS_SCALE_IN",
      replicas: 4,
    },
  ])("is sized $name", ({ target, cap, wish, reason, replicas }) => {
    const [result] = run(rated(target), [observation], knowing(cap));
    expect({ ...result?.steps[0], replicas: result?.decision.replicas }).toMatchObject({
      signal: "requestRate",
      wish,
      reason,
      replicas,
    });
  });
});

describe("where no request rate is declared", () => {
  const policy = aPolicy({ signals: { pendingRequests: DECLARED.pendingRequests } });
  const observed = (arrivalsPerSecond: number | null) =>
    anObservation({
      signals: live({ pendingRequests: 0 }),
      traffic: { arrivalsPerSecond, recentArrivalsPerSecond: arrivalsPerSecond },
    });
  const signals = (cap: number | null, load: number | null) =>
    run(policy, [observed(load)], knowing(cap))[0]?.steps.flatMap((step) =>
      step.step === "signal" ? [[step.signal, step.wish]] : [],
    );

  test.each([
    {
      name: "capacity comes first, and sizes with a tenth to spare",
      cap: 40,
      load: 60,
      want: [
        ["capacity", 3],
        ["pendingRequests", null],
      ],
    },
    {
      name: "it names no number while the load is unknown",
      cap: 40,
      load: null,
      want: [
        ["capacity", null],
        ["pendingRequests", null],
      ],
    },
    { name: "there is none while nothing is known", cap: null, load: 60, want: [["pendingRequests", null]] },
  ])("$name", ({ cap, load, want }) => {
    expect(signals(cap, load)).toEqual(want);
  });
});

test("after its memory is lost, a declared target too goes down one at a time until a cap is known", () => {
  const policy = aPolicy();
  const calm = anObservation({
    desired: 8,
    signals: live({ requestRate: 60 }),
    traffic: { arrivalsPerSecond: 60, recentArrivalsPerSecond: 60 },
  });
  const answers = [knowing(null), knowing(null, true), knowing(40, true)].map(
    (state) => run(policy, [calm], state)[0]?.decision.replicas,
  );
  expect(answers).toEqual([3, 7, 3]);
});

test("a lost memory is over once a cap or a bad point is known again", () => {
  const policy = aPolicy();
  const observation = anObservation({ desired: 8, signals: live({ requestRate: 60 }) });
  const point = { at: at(-60), readyReplicas: 3, perReplica: 30, signals: [] };
  const withPoint = { ...knowing(null, true), learned: { ...NOTHING_LEARNED, badPoints: [point] } };
  const states = [knowing(null, true), knowing(40, true), withPoint].map(
    (state) => run(policy, [observation], state)[0]?.state,
  );
  expect(states.map((state) => state?.isMemoryLost)).toEqual([true, false, false]);
});
