// Execution times by batch size, and their spread.

import { describe, expect, test } from "vitest";
import { randomStream } from "../../../../src/simulator/random/random-stream.ts";
import { ExecutionTimes, meanExecutionSeconds } from "../../../../src/simulator/triton/execution-time.ts";
import { serviceOf } from "../../../support/request-plane-rig.ts";

describe("mean execution time", () => {
  const points = [
    { batch: 2, seconds: 0.2 },
    { batch: 4, seconds: 0.3 },
    { batch: 8, seconds: 0.7 },
  ];
  test.each([
    { name: "before the first point is that of the first", batch: 1, want: 0.2 },
    { name: "at a point is the point's", batch: 4, want: 0.3 },
    { name: "between points is on the line", batch: 6, want: 0.5 },
    { name: "beyond the last goes on as between the last two", batch: 12, want: 1.1 },
  ])("$name", ({ batch, want }) => {
    expect(meanExecutionSeconds(serviceOf(1, { points }), batch)).toBeCloseTo(want, 12);
  });

  test("of a single point is constant, and never negative", () => {
    expect(meanExecutionSeconds(serviceOf(0.3), 100)).toBe(0.3);
    const falling = [
      { batch: 1, seconds: 0.2 },
      { batch: 2, seconds: 0.1 },
    ];
    expect(meanExecutionSeconds(serviceOf(1, { points: falling }), 9)).toBe(0);
  });
});

test("drawn times have their mean and their coefficient of variation", () => {
  const times = new ExecutionTimes(serviceOf(2, { spread: 0.4 }), randomStream(1, "service"));
  const drawn = Array.from({ length: 200_000 }, () => times.draw(1, 0));
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length;
  expect(Math.abs(mean / 2 - 1)).toBeLessThan(0.005);
  expect(Math.abs(Math.sqrt(variance) / mean / 0.4 - 1)).toBeLessThan(0.02);
});

test("others on the GPU make it slower, by so much each; larger batches than any table holds are reckoned", () => {
  const points = [
    { batch: 1, seconds: 1 },
    { batch: 2, seconds: 2 },
  ];
  const times = new ExecutionTimes(serviceOf(1, { points, gpuContention: 1.5 }), randomStream(1, "service"));
  expect([times.draw(1, 0), times.draw(1, 1), times.draw(2, 2), times.draw(1000, 0)]).toEqual([
    1, 1.5, 4, 1000,
  ]);
});
