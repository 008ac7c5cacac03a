// What recordings of a real Triton teach about one replica, held against the service times it was configured with.

import { describe, expect, it } from "vitest";
import { seconds } from "../../../src/domain/units.ts";
import { sampleSpan } from "../../../src/domain/windows.ts";
import { buildObservation } from "../../../src/observe/build-observation.ts";
import { aPolicy, DECLARED } from "../../support/builders.ts";
import {
  loadRecording,
  type Recording,
  recordedInstant,
  recordingsMissing,
  samplesAt,
} from "../../support/recording.ts";

const missing = recordingsMissing();

/** The first second with a full minute of samples. */
const FIRST = 60;

const loaded = new Map<string, Recording>();

function recordingOf(name: string): Recording {
  const recording = loaded.get(name) ?? loadRecording(name);
  loaded.set(name, recording);
  return recording;
}

function observedAt(recording: Recording, t: number) {
  const at = recordedInstant(t);
  const models = recording.models.map((name) => ({ name, maxQueueDelay: seconds(0), weight: 1 }));
  const policy = aPolicy({ models, signals: { ...DECLARED, gpuMemory: null } });
  return buildObservation({
    at,
    readAt: at,
    policy,
    samples: samplesAt(recording, at, sampleSpan(policy)),
    scrapeInterval: seconds(1),
    tickInterval: seconds(5),
    activation: null,
    queries: new Map(),
  });
}

/** Returns the times and rates of all ticks at which a pod was saturated. */
function saturations(recording: Recording, from: number, step: number) {
  const found: { readonly t: number; readonly perSecond: number; readonly pods: number }[] = [];
  for (let t = from; t <= recording.durationSeconds; t += step) {
    const { saturatedPerSecond, saturatedPods } = observedAt(recording, t).capacity;
    if (saturatedPerSecond !== null) found.push({ t, perSecond: saturatedPerSecond, pods: saturatedPods });
  }
  return found;
}

/** Requests/s of one replica whose execution of a full batch takes so long. */
function configured({
  batch,
  instances = 1,
  executionMs,
}: {
  readonly batch: number;
  readonly instances?: number;
  readonly executionMs: number;
}): number {
  return (batch * instances * 1000) / executionMs;
}

describe.skipIf(missing !== null)(`saturated replicas${missing === null ? "" : `: ${missing}`}`, () => {
  it.each<[string, number, number]>([
    ["Q-batch-growth-surge", 45, configured({ batch: 16, executionMs: 30 + 6 * 16 })],
    ["F-surge", 45, configured({ batch: 4, executionMs: 100 })],
  ])("%s: from 40 s of surge on, what the service times say, within 5 %%", (name, surge, expected) => {
    const found = saturations(recordingOf(name), surge, 10);
    expect(found[0]?.t ?? Infinity).toBeLessThanOrEqual(surge + 40);
    expect(found.some(({ t, pods }) => t >= surge + 60 && pods > 1)).toBe(true);
    expect(found.filter(({ perSecond }) => Math.abs(perSecond / expected - 1) > 0.05)).toEqual([]);
  });

  it.each([
    "A-steady-50",
    "B-steady-80",
    "D-steady-80-delay20",
    "E-two-instances",
    "K-idle-burst",
    "M-unbalanced",
    "N-bursty",
    "P-batch-growth-steady",
    "R-compute-bound",
  ])("%s: below saturation nothing is taken for it", (name) => {
    expect(saturations(recordingOf(name), FIRST, 20)).toEqual([]);
  });

  it("C-steady-93: nothing above the real capacity", () => {
    const highest = 1.05 * configured({ batch: 5, executionMs: 50 });
    const found = saturations(recordingOf("C-steady-93"), FIRST, 20);
    expect(found.filter(({ perSecond }) => perSecond > highest)).toEqual([]);
  });

  it("J-scale-out: the one that was there first is known while the others start", () => {
    const found = saturations(recordingOf("J-scale-out"), FIRST, 20);
    const expected = configured({ batch: 4, executionMs: 100 });
    expect(found.length).toBeGreaterThan(3);
    expect(found.map(({ pods, perSecond }) => [pods, Math.abs(perSecond / expected - 1) < 0.05])).toEqual(
      found.map(() => [1, true]),
    );
  });

  it("H-two-models: the one that is saturated, with what the calm one completes beside it", () => {
    const found = saturations(recordingOf("H-two-models"), 100, 5);
    const surger = configured({ batch: 4, executionMs: 100 });
    expect(found.length).toBeGreaterThan(3);
    expect(
      found.filter(({ perSecond }) => perSecond < surger + 18 || perSecond > 1.05 * (surger + 22)),
    ).toEqual([]);
  });
});

describe.skipIf(missing !== null)(`busy instances${missing === null ? "" : `: ${missing}`}`, () => {
  it.each<[string, number, number, number]>([
    ["A-steady-50", 150, 0.99, 1.01],
    ["C-steady-93", 240, 0.99, 1.01],
    ["E-two-instances", 180, 1.98, 2.01],
    ["M-unbalanced", 180, 0.98, 1.01],
    ["N-bursty", 180, 0.75, 0.85],
    ["P-batch-growth-steady", 210, 1, 1.1],
    ["Q-batch-growth-surge", 80, 0.99, 1.05],
    ["R-compute-bound", 100, 3.6, 3.9],
    ["R-compute-bound", 220, 7.2, 7.7],
  ])("%s at %d s: on the busiest pod between %d and %d", (name, t, least, most) => {
    const { busiestPodInstances } = observedAt(recordingOf(name), t).capacity;
    expect([(busiestPodInstances ?? NaN) >= least, (busiestPodInstances ?? NaN) <= most]).toEqual([
      true,
      true,
    ]);
  });
});

describe.skipIf(missing !== null)(`a request's time${missing === null ? "" : `: ${missing}`}`, () => {
  it("R-compute-bound: twice as slow, all of it inference, none of it queue", () => {
    const recording = recordingOf("R-compute-bound");
    const [before, after] = [100, 220].map((t) => observedAt(recording, t).requestTime["detector"]);
    expect(before?.inferSeconds ?? NaN).toBeCloseTo(0.051, 3);
    expect(after?.inferSeconds ?? 0).toBeGreaterThan(0.09);
    for (const time of [before, after]) {
      expect(time?.queueSeconds ?? NaN).toBeLessThan(0.0005);
      expect(time?.outsideSeconds ?? NaN).toBeLessThan(0.0005);
      expect(time?.meanBatch ?? NaN).toBeLessThan(1.01);
    }
  });

  it("F-surge: the same inference, and the rest is queue", () => {
    const recording = recordingOf("F-surge");
    const [before, after] = [45, 110].map((t) => observedAt(recording, t).requestTime["embedder"]);
    expect(before?.inferSeconds ?? NaN).toBeCloseTo(0.1, 2);
    expect(after?.inferSeconds ?? NaN).toBeCloseTo(0.1, 2);
    expect(after?.queueSeconds ?? 0).toBeGreaterThan(100 * (before?.queueSeconds ?? Infinity));
  });
});
