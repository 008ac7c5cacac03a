// The load that rules see: pods come, go and restart without being lost or counted twice.

import { expect, it, test } from "vitest";
import {
  arrivalsPerSecond,
  concurrency,
  widened,
} from "../../../../../src/simulator/scalers/baselines/observed-load.ts";
import { PrometheusView } from "../../../../../src/simulator/scalers/baselines/prometheus-view.ts";
import type { ScalerView } from "../../../../../src/simulator/scalers/scaler.ts";
import { at } from "../../../../support/builders.ts";
import { aPod, aSeries, every, type Points, samplesOf } from "../../../../support/samples-builder.ts";

const SUCCESS = "nv_inference_request_success";
const PENDING = "nv_inference_pending_request_count";
const QUESTION = { models: ["embedder"], windowSeconds: 60 };

function viewOf(...pods: readonly ReturnType<typeof aPod>[]): PrometheusView {
  const view: ScalerView = {
    start: at(0),
    scrapeIntervalSeconds: 15,
    lagSeconds: 0,
    samples: () => samplesOf(...pods),
    desired: () => pods.length,
    ready: () => pods.length,
    waitingAtBalancer: () => 0,
  };
  return new PrometheusView(view);
}

const counting = (from: number, to: number, rate: number): Points =>
  every(15, { from, to }, (t) => rate * (t - from));
const OLD = aPod("old", [aSeries(SUCCESS, counting(0, 300, 20))]);

test.each([
  { name: "an old pod: its increase over its samples", pods: [OLD], want: 20 },
  {
    name: "what piles up arrives as well",
    pods: [aPod("old", [aSeries(SUCCESS, counting(0, 300, 20)), aSeries(PENDING, counting(225, 300, 4))])],
    want: 24,
  },
  {
    name: "a pod with its first scrape: all it has counted, over the window",
    pods: [OLD, aPod("new", [aSeries(SUCCESS, [[300, 120]])])],
    want: 20 + 120 / 60,
  },
  {
    name: "a pod that went: what it did in the window, over the window",
    pods: [OLD, aPod("gone", [aSeries(SUCCESS, counting(0, 255, 20))])],
    want: 20 + 300 / 60,
  },
  {
    name: "a pod that went before the window: nothing",
    pods: [OLD, aPod("gone", [aSeries(SUCCESS, counting(0, 225, 20))])],
    want: 20,
  },
  {
    name: "a restart: the new count in full",
    pods: [
      aPod("old", [
        aSeries(SUCCESS, [
          [240, 5000],
          [255, 5300],
          [270, 100],
          [285, 400],
          [300, 700],
        ]),
      ]),
    ],
    want: (300 + 100 + 300 + 300) / 60,
  },
  {
    name: "other models: none of it",
    pods: [aPod("a", [aSeries(SUCCESS, counting(0, 300, 9), { model: "x" })])],
    want: null,
  },
])("$name", ({ pods, want }) => {
  expect(arrivalsPerSecond(viewOf(...pods), 300, QUESTION)).toBe(want);
});

it("is unknown until a pod was scraped before the window", () => {
  const young = aPod("a", [aSeries(SUCCESS, counting(0, 60, 20))]);
  expect([45, 59, 60].map((time) => arrivalsPerSecond(viewOf(young), time, QUESTION))).toEqual([
    null,
    null,
    20,
  ]);
});

it("is never below nothing, though a queue was worked off", () => {
  const emptied = aPod("a", [aSeries(PENDING, counting(0, 300, -4)), aSeries(SUCCESS, counting(0, 300, 0))]);
  expect(arrivalsPerSecond(viewOf(emptied), 300, QUESTION)).toBe(0);
});

it("counts requests at a time by the time that they took", () => {
  const busy = aPod("a", [aSeries("nv_inference_request_duration_us", counting(0, 300, 2.5e6))]);
  expect(concurrency(viewOf(busy), 300, QUESTION)).toBe(2.5);
});

it("knows nothing while Prometheus is down", () => {
  expect(arrivalsPerSecond(viewOf(OLD), 360, QUESTION)).toBeNull();
});

it("widens a short window until it holds a scrape", () => {
  const view = { scrapeIntervalSeconds: 15, lagSeconds: 2 };
  const full: ScalerView = {
    ...view,
    start: at(0),
    samples: () => samplesOf(),
    desired: () => 0,
    ready: () => 0,
    waitingAtBalancer: () => 0,
  };
  expect([widened(6, full), widened(60, full)]).toEqual([17, 60]);
});
