// The request plane against a plain event-by-event account, request by request, on random small systems.

import fc from "fast-check";
import { expect, test } from "vitest";
import type {
  Balancer,
  Batching,
  ModelScenario,
  Scheduler,
  ServiceTime,
} from "../../../../src/domain/scenario.ts";
import { randomStream } from "../../../../src/simulator/random/random-stream.ts";
import type { RequestPlane } from "../../../../src/simulator/requests/request-plane.ts";
import { REQUEST_STATUSES } from "../../../../src/simulator/requests/request-table.ts";
import type { OracleRequest } from "../../../support/oracle-server.ts";
import { type OracleSystem, type PlaneAction, playOracle } from "../../../support/request-oracle.ts";
import { type Arrival, arrivalsOf, batchingOf, planeOf } from "../../../support/request-plane-rig.ts";

const END_SECONDS = 1e4;
const CASES = 10_000;
const PLAIN_CASES = 3000;

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

type System = Omit<OracleSystem, "balancerRandom" | "serviceRandom"> & { readonly seed: number };

function streams(seed: number): Pick<OracleSystem, "balancerRandom" | "serviceRandom"> {
  return {
    balancerRandom: randomStream(seed, "balancer"),
    serviceRandom: (server) => randomStream(seed, "service", server),
  };
}

function play({ seed, arrivals: lists, actions, ...rest }: System, everyEvent = false): RequestPlane {
  const plane = planeOf({
    ...rest,
    ...streams(seed),
    arrivals: lists.map(arrivalsOf),
    durationSeconds: END_SECONDS,
    warmupSeconds: 1,
    objectiveSeconds: rest.models.map(() => 0.5),
    everyEvent,
  });
  let added = 0;
  for (const step of actions) {
    plane.advance(step.at);
    if (step.kind === "slow") plane.slowDown(step.factor, null);
    else if (step.kind === "add") added = plane.addServer() + 1;
    else if (step.server < added)
      step.kind === "drain" ? plane.drain(step.server) : plane.removeServer(step.server);
  }
  plane.advance(END_SECONDS);
  return plane;
}

function rowsOf(plane: RequestPlane): readonly object[] {
  const table = plane.requests();
  return Array.from({ length: table.length }, (_, row) => ({
    at: table.arrivalSeconds[row],
    model: table.model[row],
    server: table.server[row],
    batch: table.batch[row],
    status: REQUEST_STATUSES[table.status[row] ?? 0],
    latency: table.latencySeconds[row],
  }));
}

function rowOf(request: OracleRequest, models: readonly ModelScenario[]): object {
  const overhead = models[request.model]?.service.overheadSeconds ?? 0;
  return {
    at: request.at,
    model: request.model,
    server: request.server,
    batch: request.executedBatch,
    status: request.status,
    latency: request.status === "succeeded" ? request.finishedAt + overhead - request.at : Number.NaN,
  };
}

const anySystem = systemOf(fc.array(modelOf(scheduler), { minLength: 1, maxLength: 2 }));
const plainSystem = systemOf(
  modelOf(plainBatching.map((batching) => ({ kind: "batcher" as const, batching }))).map((only) => [only]),
);

test("every request meets the same fate at the same time, whatever the batcher, the balancer and the servers", () => {
  fc.assert(
    fc.property(anySystem, (drawn) => {
      const want = playOracle({ ...drawn, ...streams(drawn.seed) });
      expect(rowsOf(play(drawn))).toEqual(want.map((request) => rowOf(request, drawn.models)));
    }),
    { numRuns: CASES },
  );
}, 60_000);

test("so it does where servers are worked out batch by batch, and score and counters are those of every event", () => {
  fc.assert(
    fc.property(plainSystem, (drawn) => {
      const want = playOracle({ ...drawn, ...streams(drawn.seed) });
      const plane = play(drawn);
      expect(rowsOf(plane)).toEqual(want.map((request) => rowOf(request, drawn.models)));
      expect(countedOf(plane, drawn)).toEqual(countedOf(play(drawn, true), drawn));
    }),
    { numRuns: PLAIN_CASES },
  );
}, 60_000);

function countedOf(plane: RequestPlane, { actions }: System): object {
  const score = plane.score(0);
  const servers = actions.filter(({ kind }) => kind === "add").map((_, server) => server);
  return {
    counts: score.counts,
    executions: score.executions,
    inferences: score.inferences,
    good: score.good,
    latency: [score.latency.mean()?.toFixed(9), score.latency.max(), score.latency.quantile(0.5)],
    queue: [score.queue.mean()?.toFixed(9), score.queue.max(), score.queue.quantile(0.5)],
    arrivedBySecond: score.arrivedBySecond.slice(0, 30),
    goodBySecond: score.goodBySecond.slice(0, 30),
    p99: score.takeWindowP99(),
    servers: servers.map((server) => [plane.counters(server, 0), plane.busySeconds(server).toFixed(9)]),
    pending: plane.pending(),
  };
}
