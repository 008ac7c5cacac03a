// The batcher under open load against a real Triton server: executions of 50 ms, at most four rows, Poisson arrivals.

import { expect, test } from "vitest";
import { randomStream } from "../../../../src/simulator/random/random-stream.ts";
import { batchedModel, planeOf, poissonArrivals, serviceOf } from "../../../support/request-plane-rig.ts";

const SECONDS = 4000;

/** Wait and latency in ms. The percentile near saturation needs a longer measurement than was made. */
type Measured = {
  readonly delayMs: number;
  readonly rate: number;
  readonly meanBatch: number;
  readonly wait: number;
  readonly p99: number | null;
};

test.each<Measured>([
  { delayMs: 0, rate: 20, meanBatch: 1.36, wait: 18, p99: 101 },
  { delayMs: 0, rate: 40, meanBatch: 2.08, wait: 26.5, p99: 123 },
  { delayMs: 0, rate: 64, meanBatch: 3.24, wait: 46.7, p99: 193 },
  { delayMs: 0, rate: 74, meanBatch: 3.7, wait: 93, p99: null },
  { delayMs: 20, rate: 20, meanBatch: 1.45, wait: 31.5, p99: 133 },
  { delayMs: 20, rate: 40, meanBatch: 2.1, wait: 47, p99: 165 },
  { delayMs: 20, rate: 64, meanBatch: 3.22, wait: 94, p99: 292 },
  { delayMs: 20, rate: 74, meanBatch: 3.68, wait: 161, p99: null },
])("delay $delayMs ms, $rate requests/s", ({ delayMs, rate, ...want }) => {
  const plane = planeOf({
    models: [batchedModel({ maxBatchSize: 4, maxQueueDelaySeconds: delayMs / 1000 }, serviceOf(0.05))],
    arrivals: [poissonArrivals(rate, randomStream(1, "arrivals"))],
    durationSeconds: SECONDS,
    keepRequests: false,
  });
  plane.addServer();
  plane.advance(SECONDS);
  const { latency, queue, executions, inferences } = plane.score(0);
  expectWithin(inferences / executions, want.meanBatch, 0.03);
  expectWithin(1000 * (queue.mean() ?? 0), want.wait, 0.1);
  if (want.p99 !== null) expectWithin(1000 * (latency.quantile(0.99) ?? 0), want.p99, 0.12);
});

function expectWithin(got: number, want: number, ratio: number): void {
  expect(Math.abs(got / want - 1), `${got} instead of ${want}`).toBeLessThan(ratio);
}
