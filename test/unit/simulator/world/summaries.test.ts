// What a run's changes of replicas, its seconds and its arrivals come to.

import { describe, expect, test } from "vitest";
import { recoverySeconds } from "../../../../src/simulator/world/recovery.ts";
import { replicaCapacity, replicaDemand } from "../../../../src/simulator/world/replica-demand.ts";
import { scalingSummary } from "../../../../src/simulator/world/scaling-summary.ts";
import { aModelScenario } from "../../../support/workload-scenario.ts";

describe("changes of desired replicas", () => {
  const changes = (...pairs: readonly (readonly [number, number])[]) =>
    pairs.map(([atSeconds, replicas]) => ({ atSeconds, replicas }));
  test.each([
    {
      name: "none",
      desired: changes([0, 3]),
      from: 0,
      summary: { scaleOuts: 0, scaleIns: 0, reversals: 0, firstScaleOutSeconds: null },
    },
    {
      name: "out, out, in within half an hour",
      desired: changes([0, 3], [60, 5], [120, 8], [1920, 7]),
      from: 0,
      summary: { scaleOuts: 2, scaleIns: 1, reversals: 1, firstScaleOutSeconds: 60 },
    },
    {
      name: "in, and out again after more than half an hour",
      desired: changes([0, 3], [60, 2], [1861, 3]),
      from: 0,
      summary: { scaleOuts: 1, scaleIns: 1, reversals: 0, firstScaleOutSeconds: 1861 },
    },
    {
      name: "what happens during the warm-up counts only as the first scale-out",
      desired: changes([0, 3], [60, 5], [700, 4]),
      from: 600,
      summary: { scaleOuts: 0, scaleIns: 1, reversals: 0, firstScaleOutSeconds: 60 },
    },
  ])("$name", ({ desired, from, summary }) => {
    expect(scalingSummary(desired, from)).toEqual(summary);
  });
});

describe("the longest run of seconds that missed the percentile", () => {
  test.each([
    { name: "none missed", arrived: [10, 10], good: [10, 10], seconds: 0 },
    { name: "exactly the percentile is met", arrived: [100], good: [99], seconds: 0 },
    { name: "one less is not", arrived: [100], good: [98], seconds: 1 },
    { name: "two runs: the longer", arrived: [1, 1, 1, 1, 1], good: [0, 1, 0, 0, 1], seconds: 2 },
    {
      name: "a second without arrivals neither breaks nor lengthens",
      arrived: [1, 0, 1],
      good: [0, 0, 0],
      seconds: 2,
    },
    { name: "no arrivals at all", arrived: [0, 0], good: [0, 0], seconds: 0 },
  ])("$name", ({ arrived, good, seconds }) => {
    const counts = { arrived: Uint32Array.from(arrived), good: Uint32Array.from(good) };
    expect(recoverySeconds(counts, 99)).toBe(seconds);
  });
});

describe("the replicas that arrivals needed", () => {
  test("a replica answers its full batches on all instances, slowed by one another", () => {
    const model = aModelScenario();
    expect(replicaCapacity(model)).toBeCloseTo(40, 9);
    const { scheduler, service } = model;
    if (scheduler.kind !== "batcher") throw new Error("the usual model has a batcher");
    const two = { ...scheduler, batching: { ...scheduler.batching, instances: 2 } };
    expect(replicaCapacity({ ...model, scheduler: two })).toBeCloseTo(80, 9);
    const crowded = { ...service, gpuContention: 1.5 };
    expect(replicaCapacity({ ...model, scheduler: two, service: crowded })).toBeCloseTo(80 / 1.5, 9);
    const pairs = { ...model, requestBatch: [{ batch: 2, share: 1 }] };
    expect(replicaCapacity(pairs)).toBeCloseTo(20, 9);
    expect(replicaCapacity({ ...model, scheduler: { kind: "engine", maxConcurrency: 8 } })).toBeCloseTo(
      80,
      9,
    );
  });

  test("models on one workload share its replicas, and a last slot that is cut short counts its own seconds", () => {
    const one = { arrivedBySecond: Uint32Array.from([40, 40, 0, 0, 90]), capacity: 40 };
    const other = { arrivedBySecond: Uint32Array.from([10, 10, 0, 0, 0]), capacity: 20 };
    expect(replicaDemand([one, other], { slotSeconds: 2, durationSeconds: 5 })).toEqual([2, 0, 3]);
  });
});
