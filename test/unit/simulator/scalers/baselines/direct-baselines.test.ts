// Baselines that write the replicas themselves: their rules by scripted readings, and what they read of a view.

import { describe, expect, it, test } from "vitest";
import { baselineScaler } from "../../../../../src/simulator/scalers/baselines/baseline-scaler.ts";
import { delayedOffRule } from "../../../../../src/simulator/scalers/baselines/delayed-off.ts";
import { knativeRule } from "../../../../../src/simulator/scalers/baselines/knative.ts";
import { plannedScaler } from "../../../../../src/simulator/scalers/baselines/planned.ts";
import { watermarkRule } from "../../../../../src/simulator/scalers/baselines/watermark.ts";
import type { Scaler, ScalerView } from "../../../../../src/simulator/scalers/scaler.ts";
import { aView, type PodCurves } from "../../../../support/scaler-view.ts";
import { aBaseline, aControlPlane, aWorkloadScenario } from "../../../../support/workload-scenario.ts";

/** 20 requests/s answered, and 5 more a second that pile up from t = 300 on. */
const BUSY: PodCurves = {
  nv_inference_request_success: (t) => 1e6 + 20 * t,
  nv_inference_request_duration_us: (t) => 1e12 + 20 * 400_000 * t,
  nv_inference_pending_request_count: (t) => 5 * Math.max(0, t - 300),
};

function scaler(baseline: string, view: ScalerView, parameters: Readonly<Record<string, number>>): Scaler {
  return baselineScaler(aBaseline(baseline, parameters), {
    workload: aWorkloadScenario(),
    controlPlane: aControlPlane(),
    view,
    bounds: { minReplicas: 2, maxReplicas: 9 },
  });
}

describe("static", () => {
  it("asks for its number from the first tick on", () => {
    const fixed = scaler("static", aView({ pods: {} }), { replicas: 5 });
    expect(fixed.wanted()).toBeNull();
    expect(fixed.tick(0)).toEqual({ raw: 5, published: 5, reason: "fixed" });
    expect(fixed.wanted()).toBe(5);
    expect(fixed.hand).toEqual({ kind: "direct" });
  });
});

describe("knative", () => {
  const settings = { targetPerReplica: 10, stableWindowSeconds: 60, panicThreshold: 2 };

  test.each([
    { name: "rounds up what the stable window holds", reading: { stable: 41, panic: 41, ready: 4 }, want: 5 },
    { name: "falls by half at most", reading: { stable: 1, panic: 1, ready: 9 }, want: 4 },
    { name: "counts at least one ready replica", reading: { stable: 10, panic: 10, ready: 0 }, want: 1 },
    { name: "panics at twice the ready replicas", reading: { stable: 50, panic: 75, ready: 4 }, want: 8 },
    { name: "does not panic just below", reading: { stable: 45, panic: 70, ready: 4 }, want: 5 },
    { name: "rises to many at once", reading: { stable: 5000, panic: 5000, ready: 1 }, want: 500 },
    {
      name: "asks for nothing new without data",
      reading: { stable: null, panic: null, ready: 4 },
      want: null,
    },
  ])("$name", ({ reading, want }) => {
    expect(knativeRule(settings)({ atSeconds: 0, ...reading }).replicas).toBe(want);
  });

  it("never falls in panic, which ends when a stable window has passed without such a reading", () => {
    const rule = knativeRule(settings);
    const calm = { stable: 20, panic: 20 };
    expect(rule({ atSeconds: 0, stable: 30, panic: 90, ready: 3 })).toEqual({ replicas: 9, reason: "panic" });
    expect(rule({ atSeconds: 30, ...calm, ready: 9 })).toEqual({ replicas: 9, reason: "panic" });
    expect(rule({ atSeconds: 60, ...calm, ready: 9 })).toEqual({ replicas: 9, reason: "panic" });
    expect(rule({ atSeconds: 61, ...calm, ready: 9 })).toEqual({ replicas: 4, reason: "stable window" });
  });

  it("counts what arrives, piling up or not, and moves within the bounds", () => {
    const arriving = scaler("knative", aView({ pods: { a: BUSY, b: BUSY } }), { targetPerReplica: 8 });
    expect(arriving.tickSeconds).toBe(2);
    expect(arriving.tick(300)?.raw).toBe(5);
    expect(arriving.tick(400)?.raw).toBe(7);
    expect(scaler("knative", aView({ pods: { a: BUSY } }), { targetPerReplica: 1 }).tick(300)?.raw).toBe(9);
  });

  it("counts requests at a time where told to", () => {
    const concurrent = scaler("knative", aView({ pods: { a: BUSY, b: BUSY } }), { concurrency: 3 });
    expect(concurrent.tick(300)?.raw).toBe(6);
  });

  it("loses its panic with a restart", () => {
    const view = aView({ pods: { a: BUSY } });
    const panicking = scaler("knative", view, { targetPerReplica: 10 });
    expect(panicking.tick(300)).toMatchObject({ raw: 2, reason: "panic" });
    panicking.restart?.();
    expect(panicking.wanted()).toBeNull();
  });
});

describe("watermark", () => {
  const marks = { high: 10, low: 5 };

  test.each([
    { name: "stays within the marks", load: 80, desired: 10, want: 10 },
    { name: "stays at the high mark's tolerance", load: 110, desired: 10, want: 10 },
    { name: "rises above it to what the high mark asks for", load: 111, desired: 10, want: 12 },
    { name: "rises by half at most", load: 900, desired: 10, want: 15 },
    { name: "rises by one from one", load: 90, desired: 1, want: 2 },
    { name: "stays at the low mark's tolerance", load: 45, desired: 10, want: 10 },
    { name: "falls below it to what the low mark asks for", load: 44, desired: 10, want: 8 },
    { name: "falls by a fifth at most", load: 1, desired: 10, want: 8 },
    { name: "ignores a reading of zero", load: 0, desired: 10, want: 10 },
    { name: "asks for nothing new without data", load: null, desired: 10, want: null },
  ])("$name", ({ load, desired, want }) => {
    expect(watermarkRule(marks)({ atSeconds: 0, load, desired, ready: desired }).replicas).toBe(want);
  });

  it("waits 60 s after any step before it rises, and 300 s before it falls", () => {
    const rule = watermarkRule(marks);
    const high = (atSeconds: number, desired: number): number | null =>
      rule({ atSeconds, load: 900, desired, ready: desired }).replicas;
    const low = (atSeconds: number, desired: number): number | null =>
      rule({ atSeconds, load: 1, desired, ready: desired }).replicas;
    expect([high(0, 10), high(45, 15), high(60, 15)]).toEqual([15, 15, 22]);
    expect([low(345, 22), low(360, 22), high(405, 18), high(420, 18)]).toEqual([22, 18, 18, 27]);
  });

  it("measures load per ready replica", () => {
    const marked = scaler("watermark", aView({ pods: { a: BUSY, b: BUSY, c: BUSY, d: BUSY } }), {
      high: 15,
      low: 5,
    });
    expect(marked.tick(300)).toEqual({ raw: 6, published: 6, reason: "above the high mark" });
  });
});

describe("delayed-off", () => {
  it("is the largest need of the time that it waits", () => {
    const rule = delayedOffRule(60);
    const needs = [5, 3, 4, 2, 2, 2, 2, 7, 1];
    expect(needs.map((needed, index) => rule(index * 15, needed))).toEqual([5, 5, 5, 5, 5, 4, 4, 7, 7]);
  });

  it("waits the mean start-up time unless told: 1 s + 24 s + half a probe period", () => {
    let needed = 100;
    const curves: PodCurves = { nv_inference_request_success: (t) => (t <= 300 ? 100 * t : 30_000) };
    const waiting = scaler("delayed-off", aView({ pods: { a: curves } }), { targetPerReplica: 20 });
    expect(waiting.tick(300)).toMatchObject({ raw: 5, reason: "needed" });
    const course = [315, 330, 345, 360, 375, 390, 405].map((time) => {
      needed = waiting.tick(time)?.raw ?? needed;
      return needed;
    });
    expect(course).toEqual([5, 5, 4, 3, 2, 2, 2]);
  });
});

describe("planned", () => {
  const plan = { slotSeconds: 60, replicas: [3, 8, 2, 5] };

  test.each([
    { name: "holds the slot's number", time: 10, want: 3 },
    { name: "asks ahead by the lead", time: 30, want: 8 },
    { name: "keeps what is needed until the slot ends", time: 119, want: 8 },
    { name: "gives back what no later slot within the lead needs", time: 120, want: 2 },
    { name: "keeps the last number after the plan's end", time: 9999, want: 5 },
  ])("$name", ({ time, want }) => {
    expect(plannedScaler(plan, 30).tick(time).raw).toBe(want);
  });
});
