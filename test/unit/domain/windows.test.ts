// How far back a policy reaches.

import { expect, test } from "vitest";
import { minutes, seconds } from "../../../src/domain/units.ts";
import { longestSignalWindow, memorySpan, sampleSpan } from "../../../src/domain/windows.ts";
import { aPolicy, DECLARED } from "../../support/builders.ts";

test("the longest signal window is the longest of the declared ones", () => {
  const policy = aPolicy({
    signals: { pendingRequests: DECLARED.pendingRequests, latency: DECLARED.latency },
  });
  expect(longestSignalWindow(policy)).toBe(minutes(2));
});

test("the window of a custom signal counts as well", () => {
  const custom = [
    {
      name: "tokens",
      query: "q",
      kind: "load",
      targetPerReplica: 1,
      window: minutes(10),
      required: true,
    } as const,
  ];
  expect(longestSignalWindow(aPolicy({ signals: { latency: DECLARED.latency, custom } }))).toBe(minutes(10));
});

test("samples reach back one maxAge further, and at least λ's minute", () => {
  const policy = aPolicy({ signals: { pendingRequests: DECLARED.pendingRequests } });
  expect(sampleSpan(policy)).toBe(minutes(2));
});

test("memory spans the longest signal window and the longest of the dynamics", () => {
  const policy = aPolicy({
    signals: { latency: DECLARED.latency },
    startup: { expected: minutes(20) },
    scaleIn: { stabilizationWindow: minutes(5), cooldown: seconds(90), tolerance: 0.1, limits: [] },
  });
  expect(memorySpan(policy)).toBe(minutes(42));
});
