// Rule 9: arrivals per second.

import { describe, expect, it } from "vitest";
import type { PodSamples } from "../../../src/domain/samples.ts";
import { at } from "../../support/builders.ts";
import { ALL, NOW, observe, server } from "../../support/observed.ts";
import { aPod, aSeries, every, samplesOf } from "../../support/samples-builder.ts";

describe("arrivals (rule 9)", () => {
  const lambda = (...pods: readonly PodSamples[]): number | null =>
    observe(samplesOf(...pods)).traffic.arrivalsPerSecond;

  it("adds what piled up to what was completed", () => {
    expect(lambda(aPod("p", server({ rate: 10, pending: (t) => 3 * t })))).toBeCloseTo(13, 9);
    expect(lambda(aPod("p", server({ rate: 10, failures: 2 })))).toBeCloseTo(12, 9);
  });

  it("is never negative", () => {
    expect(lambda(aPod("p", server({ rate: 1, pending: (t) => 5 * (NOW - t) })))).toBe(0);
  });

  it("divides by the window for a pod that was born inside it", () => {
    const born = aPod("p-1", server({ during: { from: 170, to: NOW } }), { appearedAt: at(169) });
    expect(lambda(aPod("p-0", server()), born)).toBeCloseTo(10 + (10 * 30) / 60, 9);
  });

  it("divides by the window for a model that appeared on an old pod inside it", () => {
    const loaded = aPod("p", server({ during: { from: 170, to: NOW } }), {
      scrapes: every(1, ALL, () => 1).map(([t]) => ({ at: at(t), up: true })),
    });
    expect(lambda(loaded)).toBeCloseTo(5, 9);
  });

  it("divides by the span of the samples where we merely look for the first time", () => {
    expect(lambda(aPod("p", server({ during: { from: 170, to: NOW } }), { appearedAt: null }))).toBeCloseTo(
      10,
      9,
    );
  });

  it("divides by the window for a pod that is gone, and still counts it", () => {
    const gone = aPod("p-1", server({ during: { from: 0, to: 170 } }), { expected: false, ready: false });
    expect(lambda(aPod("p-0", server()), gone)).toBeCloseTo(15, 9);
  });

  it("does not fall while the source cannot be read, and no pod is then fresh enough for a scale-in", () => {
    const pods = [0, 1].map((index) => aPod(`p-${index}`, server({ during: { from: 0, to: 185 } })));
    const seen = { ...samplesOf(...pods), knownUntil: at(185.5) };
    const { traffic, pods: coverage } = observe(seen);
    expect(traffic.arrivalsPerSecond).toBeCloseTo(20, 9);
    expect(coverage).toEqual({ expected: 2, fresh: 0 });
    expect(lambda(...pods)).toBeCloseTo((20 * 45) / 60, 9);
  });

  it("takes a pod for gone whose newest scrape lacks the series, though its failures stay", () => {
    const failures = aSeries(
      "nv_inference_request_failure",
      every(1, ALL, () => 4),
      { reason: "OTHER" },
    );
    const unloaded = aPod("p", [...server({ during: { from: 0, to: 170 } }), failures]);
    const observation = observe(samplesOf(unloaded));
    expect([observation.traffic.arrivalsPerSecond, observation.pods.fresh]).toEqual([5, 0]);
  });

  it("does not subtract what was lost at a restart", () => {
    const success = aSeries(
      "nv_inference_request_success",
      every(1, ALL, (t) => (t < 180 ? 10 * t : 10 * (t - 180))),
    );
    const pending = aSeries(
      "nv_inference_pending_request_count",
      every(1, ALL, (t) => (t < 180 ? 600 : 0)),
    );
    // The sample at 180 shows the new server at 0: what it did since 179 is not seen, nothing else is missing.
    expect(lambda(aPod("p", [success, pending]))).toBeCloseTo((10 * 59) / 60, 9);
  });

  it("counts what waits at the first sight of a restarted server as arrived", () => {
    const success = aSeries(
      "nv_inference_request_success",
      every(1, ALL, (t) => (t < 180 ? 10 * t : 10 * (t - 180))),
    );
    const pending = aSeries(
      "nv_inference_pending_request_count",
      every(1, ALL, (t) => (t < 180 ? 600 : 50)),
    );
    expect(lambda(aPod("p", [success, pending]))).toBeCloseTo((10 * 59 + 50) / 60, 9);
  });

  it("is unknown with one sample, without pods, and where counters are frozen", () => {
    expect(lambda(aPod("p", server({ during: { from: NOW, to: NOW } }), { appearedAt: null }))).toBeNull();
    expect(lambda()).toBeNull();
    const frozen = [
      ...server({ rate: 0 }),
      aSeries(
        "nv_inference_request_summary_us_count",
        every(1, ALL, (t) => t),
      ),
    ];
    expect(lambda(aPod("p", frozen))).toBeNull();
  });

  it("looks at the last two scrapes where these reach further back than the pending window", () => {
    const slow = (t: number): number => (t <= 140 ? 0 : 5 * (t - 140));
    const success = aSeries("nv_inference_request_success", every(30, { from: -40, to: NOW }, slow));
    const observation = observe(samplesOf(aPod("p", [success])), { scrape: 30 });
    expect(observation.traffic.recentArrivalsPerSecond).toBeCloseTo(5, 9);
  });
});
