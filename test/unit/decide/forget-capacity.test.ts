// What becomes of learned rates when the service changes: converted, kept, or dropped.

import { expect, test } from "vitest";
import type { LearnedCapacity } from "../../../src/domain/learned-capacity.ts";
import { NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import type { Observation, RequestTime } from "../../../src/domain/observation.ts";
import { initialState } from "../../../src/domain/state.ts";
import { anObservation, aPolicy, at, DECLARED, live } from "../../support/builders.ts";
import { run } from "../../support/scripted-ticks.ts";

const policy = aPolicy({ signals: { requestRate: DECLARED.requestRate } });

const KNOWN: LearnedCapacity = {
  ...NOTHING_LEARNED,
  cap: { at: at(-600), perReplica: 40 },
  badPoints: [{ at: at(-600), readyReplicas: 3, perReplica: 36, signals: [] }],
  proven: { at: at(-600), perReplica: 30 },
  services: [{ model: "embedder", batch: 2, executionSeconds: 0.1 }],
  versions: ["embedder/1"],
};

function executing(executionSeconds: number, batch = 2): RequestTime {
  return {
    batchingDelaySeconds: 0,
    queueSeconds: 0.02,
    inputSeconds: 0,
    inferSeconds: executionSeconds,
    outputSeconds: 0,
    outsideSeconds: 0,
    meanBatch: batch,
    inferencesPerRequest: 1,
    requests: 2400,
  };
}

/** Four replicas that have stood for five minutes, then ticks 15 s apart at which executions take so long. */
function learnedAfter(
  seconds: readonly number[],
  { batch = 2, version = "embedder/1" }: { readonly batch?: number; readonly version?: string } = {},
): LearnedCapacity | undefined {
  const tick = (index: number, time: RequestTime, seen: string): Observation =>
    anObservation({
      t: 15 * index,
      desired: 4,
      ready: 4,
      signals: live({ requestRate: 80 }),
      traffic: { arrivalsPerSecond: 80, recentArrivalsPerSecond: 80 },
      capacity: { versions: [seen] },
      requestTime: { embedder: time },
    });
  const calm = Array.from({ length: 20 }, (_, index) => tick(index, executing(0.1), "embedder/1"));
  const then = seconds.map((one, index) => tick(20 + index, executing(one, batch), version));
  const state = { ...initialState({ remembers: true }), learned: KNOWN };
  return run(policy, [...calm, ...then], state).at(-1)?.state.learned;
}

const rates = (learned: LearnedCapacity | undefined) => ({
  cap: learned?.cap?.perReplica ?? null,
  bad: learned?.badPoints.map(({ perReplica }) => Number(perReplica.toPrecision(6))) ?? [],
  proven: learned?.proven?.perReplica ?? null,
});
const AS_KNOWN = { cap: 40, bad: [36], proven: 30 };

/** Two minutes of ticks, and one. */
const LASTING = 9;

test.each([
  { name: "within a fifth", seconds: Array(LASTING).fill(0.12), expected: AS_KNOWN },
  {
    name: "twice as slow for two minutes: half the rates",
    seconds: Array(LASTING).fill(0.2),
    expected: { cap: 20, bad: [18], proven: 20 },
  },
  { name: "for less than two minutes", seconds: Array(LASTING - 1).fill(0.2), expected: AS_KNOWN },
  {
    name: "with a break: a stall is no change of service",
    seconds: [...Array(5).fill(0.2), 0.1, ...Array(5).fill(0.2)],
    expected: AS_KNOWN,
  },
  {
    name: "twice as fast: twice the rates",
    seconds: Array(LASTING).fill(0.05),
    expected: { cap: 80, bad: [72], proven: 60 },
  },
])("executions $name", ({ seconds, expected }) => {
  expect(rates(learnedAfter(seconds))).toEqual(expected);
});

test("a version that completes requests for the first time drops what the others taught", () => {
  const learned = learnedAfter([0.1], { version: "embedder/2" });
  expect(learned).toMatchObject({ cap: null, badPoints: [], versions: ["embedder/2"], forgottenAt: at(300) });
});

test("a size of batch of which nothing tells how it grows drops what was learned", () => {
  const learned = learnedAfter(Array(LASTING).fill(0.4), { batch: 4 });
  expect(learned).toMatchObject({ cap: null, badPoints: [] });
});
