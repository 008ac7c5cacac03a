// Rule 8: live, idle, stale, absent, implausible.

import { describe, expect, it } from "vitest";
import type { Series, WorkloadSamples } from "../../../src/domain/samples.ts";
import { DECLARED } from "../../support/builders.ts";
import { ALL, NOW, observe, server } from "../../support/observed.ts";
import { aPod, aSeries, every, samplesOf } from "../../support/samples-builder.ts";

describe("states (rule 8)", () => {
  const states = (samples: WorkloadSamples) => {
    const { signals } = observe(samples, { signals: DECLARED });
    return Object.values(signals)
      .map(({ state }) => state)
      .join(" ");
  };
  const garbled = (series: readonly Series[]) =>
    series.map((one) => ({ ...one, values: one.values.map(() => NaN) }));
  const quiet = server({ rate: 0, pending: () => 0 });
  const counted = aSeries(
    "nv_inference_request_summary_us_count",
    every(1, ALL, (t) => t),
  );

  it.each<[string, WorkloadSamples, string]>([
    ["a load", samplesOf(aPod("p", server())), "live live live live live absent"],
    ["nothing to do", samplesOf(aPod("p", quiet)), "idle idle idle idle idle absent"],
    ["no pods", samplesOf(), "absent absent absent absent absent absent"],
    ["pods without series", samplesOf(aPod("p", [])), "absent absent absent absent absent absent"],
    [
      "samples older than maxAge",
      samplesOf(aPod("p", server({ during: { from: 0, to: 130 } }))),
      "stale stale stale stale stale absent",
    ],
    [
      "nothing but NaN",
      samplesOf(aPod("p", garbled(server()))),
      "implausible implausible implausible implausible implausible absent",
    ],
    [
      "counters switched off",
      samplesOf(aPod("p", [...server({ rate: 0 }), counted])),
      "implausible implausible live implausible implausible absent",
    ],
    [
      "counters switched off, nothing waiting",
      samplesOf(aPod("p", [...quiet, counted])),
      "implausible implausible live implausible implausible absent",
    ],
    [
      "requests wait and none completes",
      samplesOf(aPod("p", server({ rate: 0 }))),
      "live live live absent absent absent",
    ],
    [
      "one failure",
      samplesOf(aPod("p", server({ rate: 0, pending: () => 0, failures: 1 }))),
      "live live live live live absent",
    ],
    [
      "nothing to do on the only pod seen of two",
      samplesOf(aPod("p-0", quiet), aPod("p-1", [])),
      "live live live live live absent",
    ],
    [
      "one sample",
      samplesOf(aPod("p", server({ during: { from: NOW, to: NOW } }), { appearedAt: null })),
      "absent absent live absent absent absent",
    ],
  ])("%s", (_, samples, expected) => {
    expect(states(samples)).toBe(expected);
  });

  it("gives an idle load and backlog 0, an idle quality no number", () => {
    const { signals } = observe(samplesOf(aPod("p", quiet)), { signals: { ...DECLARED, gpuMemory: null } });
    expect(Object.values(signals).map(({ value }) => value)).toEqual([0, 0, 0, null, null]);
  });

  it("gives no numbers where there are no data", () => {
    const { signals } = observe(samplesOf(aPod("p", garbled(server()))), { signals: DECLARED });
    expect(signals.pendingRequests).toEqual({
      state: "implausible",
      value: null,
      arrivalsPerSecond: null,
      unit: "requests",
      ageSeconds: null,
      freshPods: 0,
      oldest: null,
      newest: null,
      capped: null,
    });
  });

  it("says that requests wait and none completes", () => {
    const { signals } = observe(samplesOf(aPod("p", server({ rate: 0 }))), { signals: DECLARED });
    expect(signals.queueDuration).toMatchObject({
      state: "absent",
      value: null,
      noCompletions: true,
      requests: 0,
    });
    expect(signals.latency).toMatchObject({
      state: "absent",
      value: null,
      noCompletions: true,
      quality: null,
    });
  });

  it("takes a sample of the future as if never scraped", () => {
    const late = server({ during: { from: 0, to: NOW + 6 } });
    expect(observe(samplesOf(aPod("p", late))).traffic.arrivalsPerSecond).toBeCloseTo(10, 9);
  });
});
