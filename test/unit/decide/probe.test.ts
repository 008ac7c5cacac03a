// Scale-in by trial, where no load signal sizes the fleet. Scripted ticks.

import { describe, expect, test } from "vitest";
import { NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import { initialState } from "../../../src/domain/state.ts";
import { seconds } from "../../../src/domain/units.ts";
import { anObservation, aPolicy, at, DECLARED, live, UNSATURATED } from "../../support/builders.ts";
import { run, told } from "../../support/scripted-ticks.ts";

describe("probes, where no load signal sizes the fleet", () => {
  const policy = aPolicy({
    signals: { pendingRequests: DECLARED.pendingRequests },
    scaleIn: { ...aPolicy().scaleIn, stabilizationWindow: seconds(0) },
  });
  const remembers = initialState({ remembers: true });
  /** Of four pods with an instance each, one is busy: a replica less is worth a trial. */
  const mostlyIdle = { busyInstances: 1, busiestPodInstances: 1 };
  const calm = (t: number, desired: number, rate = 100) =>
    anObservation({
      t,
      desired,
      signals: live({ pendingRequests: 0 }),
      traffic: { arrivalsPerSecond: rate, recentArrivalsPerSecond: rate },
      capacity: mostlyIdle,
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

  test.each([
    { name: "neither a held load nor idle instances are known", busy: null, held: null, answer: 4 },
    {
      name: "the instances left would be busy at most seven tenths of the time",
      busy: 2.1,
      held: null,
      answer: 3,
    },
    { name: "they would be busier than that", busy: 2.2, held: null, answer: 4 },
    { name: "each replica left would get 1.25 × what was held", busy: null, held: 80 / 3, answer: 3 },
    { name: "it would get more than that", busy: null, held: 26.6, answer: 4 },
  ])("where $name, the answer is $answer", ({ busy, held, answer }) => {
    const proven = held === null ? null : { at: at(-60), perReplica: held };
    const instancesPerPod = busy === null ? null : { at: at(0), since: at(0), instances: 1 };
    const state = { ...remembers, learned: { ...NOTHING_LEARNED, proven, instancesPerPod } };
    const observation = { ...calm(0, 4), capacity: { ...UNSATURATED, busyInstances: busy } };
    expect(run(policy, [observation], state)[0]?.decision.replicas).toBe(answer);
  });
});
