// Requests that wait too long, as a real Triton treats them: it looks late, and only when it looks.

import { expect, test } from "vitest";
import type { Batching } from "../../../../src/domain/scenario.ts";
import { REQUEST_STATUSES } from "../../../../src/simulator/requests/request-table.ts";
import { arrivalsOf, batchedModel, planeOf, serviceOf } from "../../../support/request-plane-rig.ts";

type Refused = { readonly name: string; readonly batching: Partial<Batching>; readonly at: number };

test.each<Refused>([
  { name: "100 ms are enforced after half a second", batching: { queueTimeoutSeconds: 0.1 }, at: 0.5 },
  { name: "500 ms are enforced after a second", batching: { queueTimeoutSeconds: 0.5 }, at: 1 },
  { name: "600 ms are enforced after a second", batching: { queueTimeoutSeconds: 0.6 }, at: 1 },
])("while the instance is busy $name", ({ batching, at }) => {
  const plane = planeOf({
    models: [batchedModel({ maxBatchSize: 1, ...batching }, serviceOf(10))],
    arrivals: [arrivalsOf([0, 0].map((time) => ({ at: time, batch: 1 })))],
  });
  plane.addServer();
  plane.advance(at - 0.01);
  expect(plane.counters(0, 0)).toMatchObject({ rejections: 0, pending: 1 });
  plane.advance(at + 0.01);
  expect(plane.counters(0, 0)).toMatchObject({ rejections: 1, pending: 0 });
  expect(plane.score(0).counts).toMatchObject({ timedOut: 1, rejected: 0 });
});

test("a request that waits for company is refused when its time is over", () => {
  const batching = { maxBatchSize: 4, maxQueueDelaySeconds: 0.3, queueTimeoutSeconds: 0.1 };
  const plane = planeOf({
    models: [batchedModel(batching, serviceOf(1))],
    arrivals: [arrivalsOf([{ at: 0, batch: 1 }])],
  });
  plane.addServer();
  plane.advance(0.11);
  expect(plane.counters(0, 0).rejections).toBe(1);
});

test("delayed requests are served when nothing else waits, and never refused", () => {
  const batching = { maxBatchSize: 1, queueTimeoutSeconds: 0.5, timeoutAction: "delay" as const };
  const plane = planeOf({
    models: [batchedModel(batching, serviceOf(1))],
    arrivals: [arrivalsOf([0, 0.25, 0.75].map((at) => ({ at, batch: 1 })))],
  });
  plane.addServer();
  plane.advance(10);
  const { status, latencySeconds } = plane.requests();
  expect(Array.from(status, (index) => REQUEST_STATUSES[index])).toEqual([
    "succeeded",
    "succeeded",
    "succeeded",
  ]);
  expect([...latencySeconds]).toEqual([1, 2.75, 1.25]);
});

test("a full queue refuses at once and counts nowhere", () => {
  const plane = planeOf({
    models: [batchedModel({ maxBatchSize: 4, maxQueueSize: 2 }, serviceOf(1))],
    arrivals: [arrivalsOf(Array.from({ length: 6 }, () => ({ at: 0, batch: 1 })))],
  });
  plane.addServer();
  plane.advance(0);
  plane.advance(0.01);
  expect(plane.score(0).counts).toMatchObject({ arrived: 6, rejected: 3 });
  expect(plane.counters(0, 0)).toMatchObject({ rejections: 0, pending: 2 });
});

test.each([
  { name: "the next request does", times: [0, 0.75, 1.125], want: [1, 1.375, 1] },
  { name: "its own look does", times: [0, 0.75], want: [1, 1.5] },
])("where the end of an execution does not wake the batcher, $name", ({ times, want }) => {
  const plane = planeOf({
    models: [batchedModel({ maxBatchSize: 4, maxQueueSize: 8 }, serviceOf(1))],
    arrivals: [arrivalsOf(times.map((at) => ({ at, batch: 1 })))],
    missedWakeRatio: 1,
  });
  plane.addServer();
  plane.advance(10);
  expect([...plane.requests().latencySeconds]).toEqual(want);
});
