// Rule 7: which pods count as fresh.

import { describe, expect, it } from "vitest";
import type { Observation } from "../../../src/domain/observation.ts";
import type { SignalPolicies } from "../../../src/domain/policy.ts";
import type { PodSamples } from "../../../src/domain/samples.ts";
import { at, DECLARED } from "../../support/builders.ts";
import { ALL, NOW, observe, server } from "../../support/observed.ts";
import { aPod, every, samplesOf } from "../../support/samples-builder.ts";

describe("freshness and coverage (rule 7)", () => {
  const UP_TO = (to: number) => server({ during: { from: 0, to } });
  const scrapesTo = (lastUp: number) => every(1, ALL, () => 1).map(([t]) => ({ at: at(t), up: t <= lastUp }));

  it.each<[string, PodSamples, number, number]>([
    ["a pod with samples over the whole window", aPod("p", UP_TO(NOW)), 1, 1],
    ["one scrape failed", aPod("p", UP_TO(199), { scrapes: scrapesTo(199) }), 1, 1],
    ["two failed while it is ready", aPod("p", UP_TO(198), { scrapes: scrapesTo(198) }), 1, 1],
    [
      "two failed while it is not ready",
      aPod("p", UP_TO(198), { scrapes: scrapesTo(198), ready: false }),
      0,
      0,
    ],
    ["silent for more than 3.5 intervals", aPod("p", UP_TO(196), { scrapes: scrapesTo(196) }), 0, 1],
    ["not tried for 1.5 intervals", aPod("p", UP_TO(198)), 0, 1],
    ["the newest scrape lacks the series", aPod("p", UP_TO(199), { scrapes: scrapesTo(NOW) }), 0, 0],
    ["older than maxAge", aPod("p", UP_TO(139), { scrapes: scrapesTo(139) }), 0, 0],
    ["samples that do not reach back", aPod("p", server({ during: { from: 150, to: NOW } })), 0, 1],
    [
      "a pod that appeared inside the window",
      aPod("p", server({ during: { from: 150, to: NOW } }), { appearedAt: at(149) }),
      1,
      1,
    ],
    ["our first look", aPod("p", server({ during: { from: 150, to: NOW } }), { appearedAt: null }), 0, 1],
    ["a pod that is not expected", aPod("p", UP_TO(NOW), { expected: false }), 0, 0],
  ])("%s", (_, pod, rate, gauge) => {
    const { signals } = observe(samplesOf(pod), { signals: { ...DECLARED, gpuMemory: null } });
    expect([signals.requestRate?.freshPods, signals.pendingRequests?.freshPods]).toEqual([rate, gauge]);
  });

  it("shows the least over the required signals that have data", () => {
    const started = aPod("p-1", server({ during: { from: 150, to: NOW } }));
    const samples = samplesOf(aPod("p-0", server()), started);
    const { requestRate, pendingRequests, gpuMemory } = DECLARED;
    const fresh = (signals: Partial<SignalPolicies>): Observation["pods"] =>
      observe(samples, { signals }).pods;
    expect(fresh({ requestRate, pendingRequests })).toEqual({ expected: 2, fresh: 1 });
    expect(fresh({ requestRate: { ...requestRate, required: false }, pendingRequests })).toEqual({
      expected: 2,
      fresh: 2,
    });
    expect(fresh({ gpuMemory })).toEqual({ expected: 2, fresh: 2 });
  });
});
