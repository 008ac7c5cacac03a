// Plans that are found by serving all requests: they reach what is required, and cost little more than they must.

import { describe, expect, it, test } from "vitest";
import { type Clairvoyance, clairvoyance } from "../../../../src/simulator/clairvoyant/clairvoyance.ts";
import {
  type PlanSearch,
  type SlotOutcome,
  searchPlan,
} from "../../../../src/simulator/clairvoyant/plan-search.ts";
import { replicaRateCeiling } from "../../../../src/simulator/clairvoyant/replica-rate.ts";
import { randomStream } from "../../../../src/simulator/random/random-stream.ts";
import type { ReplicaPlan } from "../../../../src/simulator/scalers/baselines/replica-plan.ts";
import { type Arrival, arrivalsOf, planeOf } from "../../../support/request-plane-rig.ts";
import { aModelScenario, aWorkloadScenario } from "../../../support/workload-scenario.ts";

/** A plant in which a slot's requests are good as far as that slot's replicas reach, ten each. */
function withoutBacklog(arrivals: readonly number[]): PlanSearch["simulate"] {
  return (plan: ReplicaPlan): readonly SlotOutcome[] =>
    arrivals.map((arrived, slot) => ({ arrived, good: Math.min(arrived, 10 * (plan.replicas[slot] ?? 0)) }));
}

function searched(
  arrivals: readonly number[],
  parts: Partial<PlanSearch> = {},
): ReturnType<typeof searchPlan> {
  return searchPlan({
    costs: { slotSeconds: 10, startupSeconds: 15, initialReplicas: 2 },
    work: arrivals.map((count) => count / 10),
    attainmentRatio: 1,
    minReplicas: 1,
    maxReplicas: 9,
    simulate: withoutBacklog(arrivals),
    simulationsMax: 40,
    ...parts,
  });
}

describe("searchPlan", () => {
  it("finds at once what each slot needs where nothing carries over", () => {
    expect(searched([20, 20, 50, 12, 0, 0, 30])).toEqual({
      plan: { slotSeconds: 10, replicas: [2, 2, 5, 2, 1, 1, 3] },
      needed: [2, 2, 5, 2, 1, 1, 3],
      replicaSeconds: 160 + 5 * 15,
      attainmentRatio: 1,
      isMet: true,
      simulations: expect.any(Number),
    });
  });

  it("gives up what may be missed", () => {
    const found = searched([20, 20, 50, 20, 20, 20, 20, 20], { attainmentRatio: 0.84 });
    expect(found.attainmentRatio).toBeGreaterThanOrEqual(0.84);
    expect(found.replicaSeconds).toBeLessThan(searched([20, 20, 50, 20, 20, 20, 20, 20]).replicaSeconds);
  });

  it("says when nothing within the bounds is enough", () => {
    const found = searched([20, 200, 20]);
    expect(found).toMatchObject({ isMet: false, attainmentRatio: (20 + 90 + 20) / 240 });
    expect(found.needed[1]).toBe(9);
  });

  test.each([1, 3, 9])("simulates at most %i times", (simulationsMax) => {
    let runs = 0;
    const arrivals = [20, 20, 50, 20];
    const simulate: PlanSearch["simulate"] = (plan) => {
      runs += 1;
      return withoutBacklog(arrivals)(plan);
    };
    expect(searched(arrivals, { simulate, simulationsMax, attainmentRatio: 0.9 }).simulations).toBe(runs);
    expect(runs).toBeLessThanOrEqual(simulationsMax);
  });

  it("has a plan, of which nothing is known, even without a run", () => {
    expect(searched([20, 40], { simulationsMax: 0 })).toMatchObject({
      needed: [5, 9],
      attainmentRatio: null,
      isMet: false,
      simulations: 0,
    });
  });
});

/** Ten minutes: 30/s, two minutes of 120/s, and 30/s again; Poisson. */
function surge(): readonly Arrival[] {
  const random = randomStream(7, "surge");
  const found: Arrival[] = [];
  let at = 0;
  for (;;) {
    at += random.exponential() / (at >= 240 && at < 360 ? 120 : 30);
    if (at >= 600) return found;
    found.push({ at, batch: 1 });
  }
}

describe("clairvoyance", () => {
  const arrivals = surge();
  const models = [aModelScenario()];
  const known = clairvoyance({
    workload: aWorkloadScenario({ models, initialReplicas: 2 }),
    makeArrivals: () => [arrivalsOf(arrivals)],
    makePlane: () =>
      planeOf({
        models,
        arrivals: [arrivalsOf(arrivals)],
        objectiveSeconds: [0.4],
        durationSeconds: 600,
        keepRequests: false,
      }),
    durationSeconds: 600,
    warmupSeconds: 0,
    attainmentRatio: 0.99,
    latencySeconds: 0.4,
    minReplicas: 1,
    maxReplicas: 12,
  });
  const during = ({ plan }: Clairvoyance, from: number, to: number): readonly number[] =>
    plan.replicas.slice(from / plan.slotSeconds, to / plan.slotSeconds);

  it("finds a plan for real batches that is enough, with replicas where the surge is", () => {
    expect(known.isMet).toBe(true);
    expect(known.attainmentRatio).toBeGreaterThanOrEqual(0.99);
    expect(Math.min(...during(known, 255, 345))).toBeGreaterThanOrEqual(3);
    expect(Math.max(...during(known, 0, 225))).toBeLessThanOrEqual(2);
    expect(Math.max(...during(known, 420, 600))).toBeLessThanOrEqual(2);
    expect(known.leadSeconds).toBe(1 + 24 + 10);
  });

  it("bounds its cost from below, and lies within a third of the bound", () => {
    const work = (0.99 * arrivals.length) / 40;
    expect(known.lowerBoundReplicaSeconds).toBeGreaterThan(0.97 * work);
    expect(known.replicaSeconds / known.lowerBoundReplicaSeconds).toBeGreaterThan(1);
    expect(known.replicaSeconds / known.lowerBoundReplicaSeconds).toBeLessThan(1.34);
  });
});

describe("replicaRateCeiling", () => {
  const model = aModelScenario();

  test.each([
    { name: "full batches one after another", parts: {}, want: 40 },
    {
      name: "instances that share a GPU: the second is slowed by the first",
      parts: {
        scheduler: {
          kind: "batcher" as const,
          batching: {
            maxBatchSize: 4,
            instances: 2,
            maxQueueDelaySeconds: 0,
            preferredBatchSizes: [],
            maxQueueSize: 0,
            queueTimeoutSeconds: 0,
            timeoutAction: "reject" as const,
          },
        },
        service: { ...model.service, gpuContention: 1.25 },
      },
      want: 40 + 40 / 1.25,
    },
    {
      name: "the batch with the best rate, not the largest",
      parts: {
        service: {
          ...model.service,
          points: [
            { batch: 1, seconds: 0.1 },
            { batch: 2, seconds: 0.1 },
            { batch: 4, seconds: 0.4 },
          ],
        },
      },
      want: 20,
    },
    {
      name: "an engine: as many at a time as it takes",
      parts: { scheduler: { kind: "engine" as const, maxConcurrency: 8 } },
      want: 80,
    },
    {
      name: "requests of several rows fill a batch sooner; the smallest counts",
      parts: {
        requestBatch: [
          { batch: 2, share: 0.5 },
          { batch: 4, share: 0.5 },
        ],
      },
      want: 20,
    },
  ])("$name", ({ parts, want }) => {
    expect(replicaRateCeiling(aModelScenario(parts))).toBeCloseTo(want, 9);
  });
});
