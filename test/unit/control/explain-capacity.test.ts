// What is told of a replica's capacity: the limit and who sets it, the price of a low target, what would change it.

import { describe, expect, test } from "vitest";
import { capacityReport } from "../../../src/control/capacity-report.ts";
import { explainCapacity } from "../../../src/control/explain-capacity.ts";
import { sizingOf } from "../../../src/control/sizing.ts";
import { type LearnedCapacity, NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import { initialState, type ScalerState } from "../../../src/domain/state.ts";
import { at, usualPolicy } from "../../support/builders.ts";
import { anObservation, surgeRecord } from "../../support/control-records.ts";

const CAP_40: LearnedCapacity = { ...NOTHING_LEARNED, cap: { at: at(0), perReplica: 40 } };

function withTarget(targetPerReplica: number | "learned"): Policy {
  const policy = usualPolicy();
  const { requestRate } = policy.signals;
  if (requestRate === null) throw new Error("the usual policy has a request rate");
  return {
    ...policy,
    replicas: { min: 1, max: 20 },
    signals: { ...policy.signals, requestRate: { ...requestRate, targetPerReplica } },
  };
}

function knowing(learned: LearnedCapacity): ScalerState {
  return { ...initialState(), learned };
}

function loaded(arrivalsPerSecond: number) {
  const observation = anObservation({ desired: 3 });
  return { ...observation, traffic: { ...observation.traffic, arrivalsPerSecond } };
}

describe("u(N)", () => {
  const point = { at: at(0), readyReplicas: 3, perReplica: 30, signals: [] };
  test.each([
    { name: "nothing known", target: "learned", learned: NOTHING_LEARNED, want: [] },
    { name: "a number alone", target: 30, learned: NOTHING_LEARNED, want: [[1, 20, 30, "target"]] },
    { name: "a cap", target: "learned", learned: CAP_40, want: [[1, 20, 32, "cap"]] },
    { name: "a cap below the number", target: 60, learned: CAP_40, want: [[1, 20, 32, "cap"]] },
    {
      name: "a bad point, up to twice its count",
      target: "learned",
      learned: { ...CAP_40, badPoints: [point] },
      want: [
        [1, 5, 27, "badPoint"],
        [6, 20, 32, "cap"],
      ],
    },
    {
      name: "a bad point below the floor",
      target: "learned",
      learned: { ...CAP_40, badPoints: [{ ...point, perReplica: 10 }] },
      want: [
        [1, 5, 20, "floor"],
        [6, 20, 32, "cap"],
      ],
    },
    {
      name: "points that end without changing it are no spans",
      target: 20,
      learned: { ...CAP_40, badPoints: [point] },
      want: [[1, 20, 20, "target"]],
    },
  ] as const)("$name", ({ target, learned, want }) => {
    const { limits } = sizingOf(withTarget(target), knowing(learned), null);
    expect(
      limits.map((span) => [span.fromReplicas, span.toReplicas, span.perReplica, span.limitedBy]),
    ).toEqual(want);
  });
});

describe("a declared target that is too low", () => {
  test.each([
    {
      name: "half of what the cap allows costs replicas",
      target: 15,
      learned: CAP_40,
      load: 195,
      want: [13, 6],
    },
    { name: "half of the cap is caution", target: 20, learned: CAP_40, load: 195, want: null },
    { name: "at low load it costs none", target: 15, learned: CAP_40, load: 12, want: [1, 0] },
    { name: "nothing known, nothing said", target: 15, learned: NOTHING_LEARNED, load: 195, want: null },
    {
      name: "a load that was held tells as well",
      target: 10,
      learned: { ...NOTHING_LEARNED, proven: { at: at(0), perReplica: 25 } },
      load: 100,
      want: [10, 6],
    },
  ])("$name", ({ target, learned, load, want }) => {
    const { targetCost } = sizingOf(withTarget(target), knowing(learned), loaded(load));
    expect(targetCost === null ? null : [targetCost.neededReplicas, targetCost.replicas]).toEqual(want);
  });
});

test("the text names the price of the target, and what would change what is known", () => {
  const record = { ...surgeRecord(), observation: loaded(195) };
  const subject = { policy: withTarget(15), policyHash: record.policyHash, state: knowing(CAP_40), record };
  const report = capacityReport({ ...subject, key: "ai-inference/embedder" });
  expect(
    explainCapacity(report)
      .split("\n")
      .map((line) => line.trim()),
  ).toEqual(
    expect.arrayContaining([
      "target 15/replica is 47 % of what a replica was seen to carry: costs 6 of 13 replicas",
      "cap            40/s          of a saturated replica, 2026-01-05T00:00:00.000Z",
      "u(N)           15/s          a replica for N = 1-20: the declared target",
      "the next saturated replica moves the cap by 0.3 of the difference; a higher load that is held raises it",
    ]),
  );
});

test.each([
  { name: "quality signals", signals: ["queueDuration", "latency"], want: "queueDuration, latency" },
  { name: "a backlog", signals: [], want: "backlog" },
] as const)("a load that failed is told with what showed it: $name", ({ signals, want }) => {
  const badPoints = [{ at: at(0), readyReplicas: 3, perReplica: 30, signals }];
  const state = knowing({ ...CAP_40, badPoints });
  const subject = { policy: withTarget("learned"), policyHash: "1", state, record: null };
  expect(explainCapacity(capacityReport({ ...subject, key: "a/b" }))).toContain(
    `failed         30/s          a replica at 3 ready, 2026-01-05T00:00:00.000Z, by ${want}; counts below 6 replicas until 2026-01-06T00:00:00.000Z`,
  );
});

test("before the first tick nothing is claimed", () => {
  const subject = { policy: withTarget("learned"), policyHash: "1", state: initialState(), record: null };
  const text = explainCapacity(capacityReport({ ...subject, key: "a/b" }));
  expect(text.split("\n")[0]).toBe("a/b before the first tick: load unknown, unknown replicas");
  expect(text).toContain("nothing limits a replica yet");
});
