// What the plane does when servers come and go, and what it counts.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../../../src/simulator/random/random-stream.ts";
import type { RequestPlane } from "../../../../src/simulator/requests/request-plane.ts";
import { REQUEST_STATUSES } from "../../../../src/simulator/requests/request-table.ts";
import { anySystem, play } from "../../../support/arbitrary-planes.ts";
import {
  arrivalsOf,
  batchedModel,
  planeOf,
  poissonArrivals,
  serviceOf,
} from "../../../support/request-plane-rig.ts";

/** Single rows at these times, executions of a second, up to four together. */
function planeWith(
  times: readonly number[],
  settings: Partial<Parameters<typeof planeOf>[0]> = {},
): RequestPlane {
  return planeOf({
    models: [batchedModel({ maxBatchSize: 4 }, serviceOf(1))],
    arrivals: [arrivalsOf(times.map((at) => ({ at, batch: 1 })))],
    ...settings,
  });
}

function fates(plane: RequestPlane): readonly (readonly [string | undefined, number])[] {
  const { length, status, latencySeconds } = plane.requests();
  return Array.from({ length }, (_, row) => [REQUEST_STATUSES[status[row] ?? 0], latencySeconds[row] ?? 0]);
}

describe("servers that come and go", () => {
  test("requests without a ready server wait at the balancer, and their wait counts in the latency", () => {
    const plane = planeWith([0, 1]);
    plane.advance(5);
    expect([plane.waitingAtBalancer(), plane.pending()]).toEqual([2, 2]);
    expect(plane.addServer()).toBe(0);
    expect([plane.waitingAtBalancer(), plane.pending()]).toEqual([0, 1]);
    plane.advance(10);
    expect(fates(plane)).toEqual([
      ["succeeded", 6],
      ["succeeded", 6],
    ]);
    expect(plane.counters(0, 0).queueMicros).toBe(1e6);
    expect(plane.score(0).queue.max()).toBe(5);
  });

  test("a drained server gets no more, and serves what it has", () => {
    const plane = planeWith([0, 0.5, 2]);
    plane.addServer();
    plane.advance(0.75);
    plane.drain(0);
    expect(plane.isEmpty(0)).toBe(false);
    plane.advance(5);
    expect(plane.isEmpty(0)).toBe(true);
    expect(plane.waitingAtBalancer()).toBe(1);
    expect(plane.counters(0, 0).successes).toBe(2);
  });

  test("what a removed server still had has failed", () => {
    const plane = planeWith([0, 0.5, 0.6]);
    plane.addServer();
    plane.advance(0.75);
    plane.removeServer(0);
    plane.advance(5);
    expect(fates(plane)).toEqual([
      ["failed", Number.NaN],
      ["failed", Number.NaN],
      ["failed", Number.NaN],
    ]);
    expect(plane.busySeconds(0)).toBe(0.75);
    expect([plane.pending(), plane.score(0).counts.failed]).toEqual([0, 3]);
  });

  test("executions that start under a slow-down take so many times as long, those under way do not", () => {
    const plane = planeWith([0, 0.5, 10]);
    plane.addServer();
    plane.advance(0.75);
    plane.slowDown(3, "another model");
    plane.slowDown(2, "model");
    plane.advance(5);
    plane.slowDown(1, null);
    plane.advance(20);
    expect(fates(plane).map(([, latency]) => latency)).toEqual([1, 2.5, 1]);
  });

  test("a server that is not there is a mistake", () => {
    expect(() => planeWith([]).drain(0)).toThrow("there is no server 0");
  });
});

describe.each([{ everyEvent: false }, { everyEvent: true }])("counting, everyEvent: $everyEvent", (kind) => {
  test("counters move when executions end; pending is what waits and not what executes", () => {
    const plane = planeWith([0, 0.25, 0.5], kind);
    plane.addServer();
    plane.advance(0.75);
    const none = {
      successes: 0,
      rejections: 0,
      inferences: 0,
      executions: 0,
      computeInputMicros: 0,
      computeOutputMicros: 0,
    };
    expect(plane.counters(0, 0)).toEqual({
      ...none,
      requestMicros: 0,
      queueMicros: 0,
      computeInferMicros: 0,
      pending: 2,
    });
    plane.advance(1.5);
    expect(plane.counters(0, 0)).toMatchObject({
      successes: 1,
      executions: 1,
      pending: 0,
      requestMicros: 1e6,
    });
    plane.advance(2);
    expect(plane.counters(0, 0)).toEqual({
      ...none,
      successes: 3,
      inferences: 3,
      executions: 2,
      requestMicros: 4.25e6,
      queueMicros: 1.25e6,
      computeInferMicros: 3e6,
      pending: 0,
    });
    expect([plane.busySeconds(0), plane.isEmpty(0)]).toEqual([2, true]);
  });

  test("the score leaves out what arrived before the end of the warm-up, and says what was in time", () => {
    const settings = { ...kind, warmupSeconds: 2, objectiveSeconds: [1.5], durationSeconds: 10 };
    const plane = planeWith([0, 2, 2.25, 3.5, 9.5], settings);
    plane.addServer();
    plane.advance(10);
    plane.finish();
    const score = plane.score(0);
    const nothing = { rejected: 0, timedOut: 0, failed: 0 };
    expect(score.counts).toEqual({ ...nothing, arrived: 4, succeeded: 3, unfinished: 1 });
    expect([score.executions, score.inferences, score.good]).toEqual([3, 3, 2]);
    expect([...score.arrivedBySecond]).toEqual([0, 0, 2, 1, 0, 0, 0, 0, 0, 1, 0]);
    expect([...score.goodBySecond]).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(score.latency.max()).toBe(1.75);
  });

  test("the percentile of a window is of what was answered in it", () => {
    const plane = planeWith([0, 4, 4.5], kind);
    plane.addServer();
    const score = plane.score(0);
    const p99At = (at: number): number | null => {
      plane.advance(at);
      return plane.score(0) === score ? score.takeWindowP99() : null;
    };
    expect([p99At(2), p99At(3), p99At(5.5)].map((p99) => p99?.toFixed(1))).toEqual(["1.0", undefined, "1.0"]);
    expect(Math.abs((p99At(9) ?? 0) / 1.5 - 1)).toBeLessThan(0.008);
  });

  test("latency summaries show the last minute, nothing where nothing was answered", () => {
    const plane = planeWith([0, 70], { ...kind, latencySummaries: true });
    plane.addServer();
    const medianAt = (at: number): number | undefined => {
      plane.advance(at);
      return plane.latencyQuantilesMicros(0, 0)[0]?.[1];
    };
    expect([0.5, 3, 65, 72].map(medianAt)).toEqual([Number.NaN, 1e6, Number.NaN, 1e6]);
    expect(plane.latencyQuantilesMicros(0, 0).map(([quantile]) => quantile)).toEqual([0.5, 0.9, 0.95, 0.99]);
  });

  test("overhead is part of the latency, and Triton does not see it", () => {
    const models = [batchedModel({ maxBatchSize: 4 }, serviceOf(1, { overheadSeconds: 0.25 }))];
    const plane = planeWith([0], { ...kind, models });
    plane.addServer();
    plane.advance(2);
    expect(plane.score(0).latency.max()).toBe(1.25);
    expect(plane.counters(0, 0).requestMicros).toBe(1e6);
  });
});

describe("execution times", () => {
  test("grow with every other active execution on the server, of whatever model", () => {
    const service = serviceOf(1, { gpuContention: 1.5 });
    const models = [
      batchedModel({ maxBatchSize: 1, instances: 2 }, service),
      batchedModel({ maxBatchSize: 1 }, service),
    ];
    const first = arrivalsOf([0, 0.25].map((at) => ({ at, batch: 1 })));
    const plane = planeOf({ models, arrivals: [first, arrivalsOf([{ at: 0.5, batch: 1 }])] });
    plane.addServer();
    plane.advance(10);
    expect(fates(plane).map(([, latency]) => latency)).toEqual([1, 1.5, 2]);
  });

  test("an engine executes requests one by one, as many at once as it can", () => {
    const engine = {
      ...batchedModel({}, serviceOf(1)),
      scheduler: { kind: "engine" as const, maxConcurrency: 2 },
    };
    const plane = planeWith([0, 0.25, 0.5], { models: [engine] });
    plane.addServer();
    plane.advance(0.75);
    expect(plane.counters(0, 0).pending).toBe(1);
    plane.advance(10);
    expect(fates(plane).map(([, latency]) => latency)).toEqual([1, 1, 1.5]);
    expect(plane.counters(0, 0)).toMatchObject({ executions: 3, inferences: 3, successes: 3 });
  });
});

test("no request is lost or counted twice, whenever one looks", () => {
  fc.assert(
    fc.property(anySystem, fc.double({ min: 0, max: 20, noNaN: true }), (drawn, until) => {
      const plane = play(drawn, { until });
      plane.finish();
      const table = plane.requests();
      const statuses = Array.from(table.status, (status) => REQUEST_STATUSES[status]);
      for (const model of drawn.models.keys()) {
        const { arrived, ...outcomes } = plane.score(model).counts;
        const mine = (wanted: string): number =>
          statuses.filter(
            (status, row) =>
              status === wanted && table.model[row] === model && (table.arrivalSeconds[row] ?? 0) >= 1,
          ).length;
        expect(outcomes).toEqual(
          Object.fromEntries(REQUEST_STATUSES.map((status) => [status, mine(status)])),
        );
        expect(arrived).toBe(Object.values(outcomes).reduce((sum, count) => sum + count, 0));
      }
      expect(plane.pending()).toBeLessThanOrEqual(
        statuses.filter((status) => status === "unfinished").length,
      );
    }),
    { numRuns: 1000 },
  );
});

test("equal settings give equal bytes", () => {
  const run = (): readonly Uint8Array[] => {
    const plane = planeOf({
      models: [batchedModel({ maxBatchSize: 8 }, serviceOf(0.05, { spread: 0.3 }))],
      arrivals: [poissonArrivals(400, randomStream(2, "arrivals"))],
      balancer: { kind: "powerOfTwo", pinned: null },
    });
    for (let server = 0; server < 4; server += 1) plane.addServer();
    plane.advance(60);
    const { arrivalSeconds, server, batch, latencySeconds } = plane.requests();
    return [arrivalSeconds, server, batch, latencySeconds].map(
      (column) => new Uint8Array(column.slice().buffer),
    );
  };
  expect(run()).toEqual(run());
});
