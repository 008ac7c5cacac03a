// Random small request planes: every batcher, every balancer, servers that come and go; and how they are played.

import fc from "fast-check";
import type { Balancer, Batching, ModelScenario, Scheduler, ServiceTime } from "../../src/domain/scenario.ts";
import { randomStream } from "../../src/simulator/random/random-stream.ts";
import type { RequestPlane } from "../../src/simulator/requests/request-plane.ts";
import type { OracleSystem, PlaneAction } from "./request-oracle.ts";
import { type Arrival, arrivalsOf, batchingOf, planeOf } from "./request-plane-rig.ts";

/** Longer than any of them is busy. */
export const PLAY_SECONDS = 300;

/** Times on a coarse grid now and then, so that events meet. */
const gap = fc.oneof(
  fc.constant(0),
  fc.nat(8).map((steps) => steps / 16),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

const batching: fc.Arbitrary<Batching> = fc
  .record({
    maxBatchSize: fc.nat(8),
    instances: fc.integer({ min: 1, max: 3 }),
    maxQueueDelaySeconds: fc.constantFrom(0, 0, 0.125, 0.5, 0.07),
    preferred: fc.subarray([1, 2, 3, 4, 6, 8]),
    maxQueueSize: fc.constantFrom(0, 0, 0, 1, 4),
    queueTimeoutSeconds: fc.constantFrom(0, 0, 0, 0.1, 0.5, 1),
    timeoutAction: fc.constantFrom("reject" as const, "delay" as const),
  })
  .map(({ preferred, ...rest }) => ({
    ...rest,
    preferredBatchSizes: preferred.filter((size) => size <= rest.maxBatchSize),
  }));

const scheduler: fc.Arbitrary<Scheduler> = fc.oneof(
  { weight: 9, arbitrary: batching.map((value) => ({ kind: "batcher" as const, batching: value })) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 4 })
      .map((maxConcurrency) => ({ kind: "engine" as const, maxConcurrency })),
  },
);

const service: fc.Arbitrary<ServiceTime> = fc.record({
  points: fc.constantFrom(
    [{ batch: 1, seconds: 0.25 }],
    [
      { batch: 1, seconds: 0.1 },
      { batch: 8, seconds: 0.45 },
    ],
    [{ batch: 4, seconds: 1 }],
  ),
  spread: fc.constantFrom(0, 0, 0.5),
  gpuContention: fc.constantFrom(1, 1, 1.5),
  overheadSeconds: fc.constantFrom(0, 0.01),
});

function modelOf(schedulers: fc.Arbitrary<Scheduler>): fc.Arbitrary<ModelScenario> {
  return fc.record({ scheduler: schedulers, service }).map((value) => ({
    ...value,
    name: "model",
    traffic: [],
    requestBatch: [{ batch: 1, share: 1 }],
  }));
}

const balancer: fc.Arbitrary<Balancer> = fc.record({
  kind: fc.constantFrom(
    "roundRobin" as const,
    "leastOutstanding" as const,
    "powerOfTwo" as const,
    "random" as const,
  ),
  pinned: fc.option(
    fc.record({
      connections: fc.integer({ min: 1, max: 4 }),
      lifetime: fc.constantFrom(
        { kind: "constant" as const, seconds: 1 },
        { kind: "logNormal" as const, p50Seconds: 0.5, p95Seconds: 2 },
      ),
    }),
    { freq: 4 },
  ),
});

const arrivals: fc.Arbitrary<readonly Arrival[]> = fc
  .array(fc.tuple(gap, fc.constantFrom(1, 1, 1, 2, 3)), { maxLength: 30 })
  .map((gaps) => {
    let at = 0;
    return gaps.map(([seconds, batch]) => {
      at += seconds / 4;
      return { at, batch };
    });
  });

const action: fc.Arbitrary<PlaneAction> = fc.tuple(gap, fc.nat(9), fc.nat(3)).map(([at, kind, server]) => {
  if (kind < 4) return { at: at * 5, kind: "add" };
  if (kind < 8) return { at: at * 5, kind: kind < 6 ? "drain" : "remove", server };
  return { at: at * 5, kind: "slow", factor: kind === 8 ? 1 : 2 };
});

/** A batcher whose servers are worked out batch by batch. */
const plainBatching: fc.Arbitrary<Batching> = fc.nat(8).map((maxBatchSize) => batchingOf({ maxBatchSize }));

function systemOf(models: fc.Arbitrary<readonly ModelScenario[]>): fc.Arbitrary<System> {
  return fc
    .record({
      models,
      arrivals: fc.tuple(arrivals, arrivals),
      balancer,
      servers: fc.nat(3),
      actions: fc.array(action, { maxLength: 4 }),
      seed: fc.nat(1000),
    })
    .map(({ servers, actions, ...rest }) => ({
      ...rest,
      arrivals: rest.arrivals.slice(0, rest.models.length),
      actions: [...Array.from({ length: servers }, () => ({ at: 0, kind: "add" as const })), ...actions].sort(
        (one, other) => one.at - other.at,
      ),
    }));
}

/** A plane with its seed. */
export type System = Omit<OracleSystem, "balancerRandom" | "serviceRandom"> & { readonly seed: number };

/** Returns the streams of a seed, new ones each time. */
export function streams(seed: number): Pick<OracleSystem, "balancerRandom" | "serviceRandom"> {
  return {
    balancerRandom: randomStream(seed, "balancer"),
    serviceRandom: (server) => randomStream(seed, "service", server),
  };
}

/** Plays a system up to `until` and returns its plane. */
export function play(
  { seed, arrivals: lists, actions, ...rest }: System,
  { until = PLAY_SECONDS, everyEvent = false } = {},
): RequestPlane {
  const plane = planeOf({
    ...rest,
    ...streams(seed),
    arrivals: lists.map(arrivalsOf),
    durationSeconds: PLAY_SECONDS,
    warmupSeconds: 1,
    objectiveSeconds: rest.models.map(() => 0.5),
    everyEvent,
  });
  let added = 0;
  for (const step of actions) {
    if (step.at > until) break;
    plane.advance(step.at);
    if (step.kind === "slow") plane.slowDown(step.factor, null);
    else if (step.kind === "add") added = plane.addServer() + 1;
    else if (step.server < added && step.kind === "drain") plane.drain(step.server);
    else if (step.server < added) plane.removeServer(step.server);
  }
  plane.advance(until);
  return plane;
}

/** Every batcher. */
export const anySystem = systemOf(fc.array(modelOf(scheduler), { minLength: 1, maxLength: 2 }));
/** Such as is worked out batch by batch. */
export const plainSystem = systemOf(
  modelOf(plainBatching.map((batching) => ({ kind: "batcher" as const, batching }))).map((only) => [only]),
);
