// The batcher against what a real Triton server did with the same bursts, executions of 200 ms.

import { expect, test } from "vitest";
import type { Batching } from "../../../../src/domain/scenario.ts";
import { REQUEST_STATUSES } from "../../../../src/simulator/requests/request-table.ts";
import { arrivalsOf, batchedModel, planeOf, serviceOf } from "../../../support/request-plane-rig.ts";

type Measured = {
  readonly name: string;
  readonly batching: Partial<Batching>;
  readonly requests: number;
  readonly everySeconds?: number;
  readonly rows?: number;
  readonly executionSeconds?: number;
  /** Sizes of the executions in the order in which they ended. */
  readonly batches: readonly number[];
  /** Answers by the time at which they came. */
  readonly answers: Readonly<Record<string, number>>;
  readonly refused?: number;
};

const PREFERRED = { maxBatchSize: 16, preferredBatchSizes: [4, 8], maxQueueDelaySeconds: 0.5 };

test.each<Measured>([
  {
    name: "a burst of 30, one instance",
    batching: { maxBatchSize: 8 },
    requests: 30,
    batches: [1, 8, 8, 8, 5],
    answers: { 0.2: 1, 0.4: 8, 0.6: 8, 0.8: 8, 1: 5 },
  },
  {
    name: "40 requests, one every 10 ms",
    batching: { maxBatchSize: 8 },
    requests: 40,
    everySeconds: 0.01,
    batches: [1, 8, 8, 8, 8, 7],
    answers: { 0.2: 1, 0.4: 8, 0.6: 8, 0.8: 8, 1: 8, 1.2: 7 },
  },
  {
    name: "20 requests, one every 20 ms",
    batching: { maxBatchSize: 8 },
    requests: 20,
    everySeconds: 0.02,
    batches: [1, 8, 8, 3],
    answers: { 0.2: 1, 0.4: 8, 0.6: 8, 0.8: 3 },
  },
  ...[
    { requests: 1, batches: [1], answers: { 0.5: 1 } },
    { requests: 3, batches: [3], answers: { 0.5: 3 } },
    { requests: 8, batches: [8], answers: { 0.2: 8 } },
    { requests: 9, batches: [8, 1], answers: { 0.2: 8, 0.5: 1 } },
    { requests: 12, batches: [8, 4], answers: { 0.2: 8, 0.5: 4 } },
    { requests: 20, batches: [8, 8, 4], answers: { 0.2: 8, 0.4: 8, 0.6: 4 } },
  ].map((row) => ({
    name: `a burst of ${row.requests} with a delay of 300 ms`,
    batching: { maxBatchSize: 8, maxQueueDelaySeconds: 0.3 },
    ...row,
  })),
  ...[
    { requests: 4, batches: [4], answers: { 0.2: 4 } },
    { requests: 5, batches: [4, 1], answers: { 0.2: 4, 0.7: 1 } },
    { requests: 8, batches: [4, 4], answers: { 0.2: 4, 0.4: 4 } },
    { requests: 12, batches: [4, 8], answers: { 0.2: 4, 0.4: 8 } },
    { requests: 17, batches: [4, 9, 4], answers: { 0.2: 4, 0.4: 9, 0.6: 4 } },
  ].map((row) => ({
    name: `a burst of ${row.requests} with preferred 4 and 8`,
    batching: PREFERRED,
    ...row,
  })),
  {
    name: "a burst of 40, two instances",
    batching: { maxBatchSize: 8, instances: 2 },
    requests: 40,
    batches: [1, 1, 8, 8, 8, 8, 6],
    answers: { 0.2: 2, 0.4: 16, 0.6: 16, 0.8: 6 },
  },
  {
    name: "a burst of 20 with a delay of 100 ms, two instances",
    batching: { maxBatchSize: 8, instances: 2, maxQueueDelaySeconds: 0.1 },
    requests: 20,
    batches: [8, 8, 4],
    answers: { 0.2: 16, 0.4: 4 },
  },
  {
    name: "20 requests, one every 20 ms, with a delay of 100 ms, two instances",
    batching: { maxBatchSize: 8, instances: 2, maxQueueDelaySeconds: 0.1 },
    requests: 20,
    everySeconds: 0.02,
    batches: [5, 5, 5, 5],
    answers: { 0.3: 5, 0.4: 5, 0.5: 5, 0.6: 5 },
  },
  {
    name: "seven requests of three rows",
    batching: { maxBatchSize: 8 },
    requests: 7,
    rows: 3,
    batches: [3, 6, 6, 6],
    answers: { 0.2: 1, 0.4: 2, 0.6: 2, 0.8: 2 },
  },
  {
    name: "six requests of five rows, which never batch",
    batching: { maxBatchSize: 8 },
    requests: 6,
    rows: 5,
    batches: [5, 5, 5, 5, 5, 5],
    answers: { 0.2: 1, 0.4: 1, 0.6: 1, 0.8: 1, 1: 1, 1.2: 1 },
  },
  {
    name: "ten requests, default scheduler",
    batching: { maxBatchSize: 0 },
    requests: 10,
    batches: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    answers: { 0.2: 1, 0.4: 1, 0.6: 1, 0.8: 1, 1: 1, 1.2: 1, 1.4: 1, 1.6: 1, 1.8: 1, 2: 1 },
  },
  {
    name: "20 requests, one every 5 ms, a queue of at most four and executions of a second",
    batching: { maxBatchSize: 4, maxQueueSize: 4 },
    requests: 20,
    everySeconds: 0.005,
    executionSeconds: 1,
    batches: [1, 4],
    answers: { 1: 1, 2: 4 },
    refused: 15,
  },
])("$name", ({ batching, requests, everySeconds = 0, rows = 1, executionSeconds = 0.2, ...want }) => {
  const arrivals = Array.from({ length: requests }, (_, index) => ({
    at: index * everySeconds,
    batch: rows,
  }));
  const models = [batchedModel(batching, serviceOf(executionSeconds))];
  const plane = planeOf({ models, arrivals: [arrivalsOf(arrivals)] });
  plane.addServer();
  plane.advance(100);
  const executions = new Map<string, { readonly at: number; batch: number; answers: number }>();
  const table = plane.requests();
  const answers: Record<string, number> = {};
  let refused = 0;
  for (let row = 0; row < table.length; row += 1) {
    const status = REQUEST_STATUSES[table.status[row] ?? 0];
    if (status === "rejected") refused += 1;
    if (status !== "succeeded") continue;
    const at = Number(((table.arrivalSeconds[row] ?? 0) + (table.latencySeconds[row] ?? 0)).toFixed(6));
    answers[at] = (answers[at] ?? 0) + 1;
    executions.set(`${at}`, { at, batch: table.batch[row] ?? 0, answers: answers[at] });
  }
  const batches = [...executions.values()].flatMap(({ batch, answers: answered }) =>
    Array.from({ length: (answered * rows) / batch }, () => batch),
  );
  expect(answers).toEqual(want.answers);
  expect(refused).toBe(want.refused ?? 0);
  const counters = plane.counters(0, 0);
  expect(counters.executions).toBe(want.batches.length);
  if (Number.isInteger(batches.length))
    expect(counters.inferences).toBe(want.batches.reduce((a, b) => a + b, 0));
});
