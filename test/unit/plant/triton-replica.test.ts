// The simulated Triton server against figures measured on a real one.

import { describe, expect, test } from "vitest";
import { arrivals, constantRate } from "../../support/plant/arrivals.ts";
import { randomStream } from "../../support/plant/random.ts";
import { TritonReplica } from "../../support/plant/triton-replica.ts";

describe("batches fill while the server is busy", () => {
  test.each([
    {
      name: "a burst of 30",
      count: 30,
      everySeconds: 0,
      groups: ["0.2:1", "0.4:8", "0.6:8", "0.8:8", "1.0:5"],
    },
    {
      name: "40, one each 10 ms",
      count: 40,
      everySeconds: 0.01,
      groups: ["0.2:1", "0.4:8", "0.6:8", "0.8:8", "1.0:8", "1.2:7"],
    },
    {
      name: "20, one each 20 ms",
      count: 20,
      everySeconds: 0.02,
      groups: ["0.2:1", "0.4:8", "0.6:8", "0.8:3"],
    },
  ])("$name leaves in the groups that a real server gave", ({ count, everySeconds, groups }) => {
    const answered = new Map<string, number>();
    const onCompletion = (completedAt: number): void => {
      answered.set(completedAt.toFixed(1), (answered.get(completedAt.toFixed(1)) ?? 0) + 1);
    };
    const server = new TritonReplica(
      { executionSeconds: 0.2, maxBatch: 8 },
      { summaries: false, onCompletion },
    );
    // A fifth of a millisecond between the requests of a burst: the first one is alone.
    for (let index = 0; index < count; index += 1)
      server.receive(index * Math.max(everySeconds, 0.0002) - index * 1e-6);
    server.advance(10);
    expect([...answered].map(([at, size]) => `${at}:${size}`)).toEqual(groups);
    expect(server.isEmpty()).toBe(true);
  });
});

describe("under Poisson arrivals (50 ms, at most 4 in a batch)", () => {
  test.each([
    { perSecond: 20, meanBatch: 1.36, meanWaitMs: 18, p99Ms: 101 },
    { perSecond: 40, meanBatch: 2.08, meanWaitMs: 26.5, p99Ms: 123 },
    { perSecond: 64, meanBatch: 3.24, meanWaitMs: 46.7, p99Ms: 193 },
    { perSecond: 74, meanBatch: 3.7, meanWaitMs: 93, p99Ms: null },
  ])(
    "$perSecond/s give batches of $meanBatch and waits of $meanWaitMs ms",
    ({ perSecond, meanBatch, meanWaitMs, p99Ms }) => {
      const latencies: number[] = [];
      const onCompletion = (_: number, latency: number): number => latencies.push(latency);
      const server = new TritonReplica(
        { executionSeconds: 0.05, maxBatch: 4 },
        { summaries: true, onCompletion },
      );
      const next = arrivals(constantRate(perSecond), "poisson", randomStream(7));
      for (let at = next(0); at < 5000; at = next(at)) {
        server.advance(at);
        server.receive(at);
      }
      server.advance(5100);
      const { success, executions, queueSeconds, requestSeconds, computeSeconds, pending } =
        server.counters(5100);
      latencies.sort((left, right) => left - right);
      expect(success / executions / meanBatch).toBeCloseTo(1, 1);
      expect((1000 * queueSeconds) / success / meanWaitMs).toBeGreaterThan(0.93);
      expect((1000 * queueSeconds) / success / meanWaitMs).toBeLessThan(1.07);
      // Near saturation a p99 measured over minutes says little: 93 % of capacity has none here.
      const percentile = latencies[Math.floor(latencies.length * 0.99)] ?? 0;
      expect((1000 * percentile) / (p99Ms ?? 1000 * percentile)).toBeCloseTo(1, 1);
      expect(requestSeconds).toBeCloseTo(queueSeconds + computeSeconds, 3);
      expect(pending).toBe(0);
    },
  );
});
