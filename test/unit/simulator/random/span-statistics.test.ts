// What is known of spans before they are drawn, against many draws of them.

import { expect, it, test } from "vitest";
import type { SpanDistribution } from "../../../../src/domain/scenario.ts";
import { randomStream } from "../../../../src/simulator/random/random-stream.ts";
import { drawSpan } from "../../../../src/simulator/random/span-draw.ts";
import { leastSpan, meanSpan, spanP95 } from "../../../../src/simulator/random/span-statistics.ts";
import {
  leastStartupSeconds,
  longStartupSeconds,
  meanStartupSeconds,
} from "../../../../src/simulator/startup-time.ts";
import { aWorkloadScenario } from "../../../support/workload-scenario.ts";

const CASES: readonly { readonly name: string; readonly span: SpanDistribution; readonly least: number }[] = [
  { name: "constant", span: { kind: "constant", seconds: 24 }, least: 24 },
  { name: "log-normal", span: { kind: "logNormal", p50Seconds: 60, p95Seconds: 150 }, least: 0 },
  {
    name: "log-normal without spread",
    span: { kind: "logNormal", p50Seconds: 60, p95Seconds: 60 },
    least: 60,
  },
  { name: "samples", span: { kind: "samples", seconds: [31, 22, 40, 25] }, least: 22 },
  { name: "none", span: { kind: "logNormal", p50Seconds: 0, p95Seconds: 0 }, least: 0 },
];

test.each(CASES)("$name: mean, 95th percentile and least agree with draws", ({ span, least }) => {
  const random = randomStream(1, "spans");
  const draws = Array.from({ length: 20_000 }, () => drawSpan(span, random)).sort((a, b) => a - b);
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
  expect(Math.abs(meanSpan(span) - mean)).toBeLessThanOrEqual(0.02 * mean);
  expect(Math.abs(spanP95(span) - (draws[18_999] ?? 0))).toBeLessThanOrEqual(0.03 * spanP95(span));
  expect(leastSpan(span)).toBe(least);
  expect(draws[0]).toBeGreaterThanOrEqual(least);
});

it("adds up the stages of a start, and the probe that finds it ready", () => {
  const { startup } = aWorkloadScenario();
  const found = [leastStartupSeconds(startup), meanStartupSeconds(startup), longStartupSeconds(startup)];
  expect(found).toEqual([25, 30, 35]);
});
