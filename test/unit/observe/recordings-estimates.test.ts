// Estimates held against what the clients of a real Triton saw in the same minute.

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

const MINUTE = 60;
const STEP = 10;
const missing = recordingsMissing();

/** Ends of the minutes in which load and servers stay as they are, in seconds. */
type Steady = { readonly name: string; readonly model: string; readonly from: number; readonly to: number };

const STEADY: readonly Steady[] = [
  { name: "A-steady-50", model: "ranker", from: 60, to: 150 },
  { name: "B-steady-80", model: "ranker", from: 60, to: 180 },
  { name: "C-steady-93", model: "ranker", from: 60, to: 240 },
  { name: "D-steady-80-delay20", model: "ranker", from: 60, to: 180 },
  { name: "E-two-instances", model: "detector", from: 60, to: 180 },
  { name: "H-two-models", model: "calm", from: 60, to: 200 },
  { name: "I-replica-restart", model: "ranker", from: 160, to: 180 },
  { name: "M-unbalanced", model: "ranker", from: 60, to: 180 },
  { name: "P-batch-growth-steady", model: "tagger", from: 60, to: 210 },
  { name: "R-compute-bound", model: "detector", from: 60, to: 110 },
  { name: "R-compute-bound", model: "detector", from: 180, to: 220 },
  { name: "S-slow-model-load", model: "resident", from: 150, to: 240 },
];

function observed(recording: Recording, model: string, t: number) {
  const at = recordedInstant(t);
  const models = [{ name: model, maxQueueDelay: seconds(0), weight: 1 }];
  const policy = aPolicy({ models, signals: { ...DECLARED, gpuMemory: null } });
  return buildObservation({
    at,
    readAt: at,
    policy,
    samples: samplesAt(recording, at, sampleSpan(policy)),
    scrapeInterval: seconds(1),
    tickInterval: seconds(1),
    activation: null,
    queries: new Map(),
  });
}

/** What clients saw in the minute up to `t`: sends per second, and the mean latency of what was answered in it. */
function experienced({ requests }: Recording, model: string, t: number) {
  const own = requests.filter((request) => request.model === model);
  const within = (time: number): boolean => time > t - MINUTE && time <= t;
  const answered = own.filter(
    ({ status, sendSeconds, latencyMs }) => status === 200 && within(sendSeconds + latencyMs / 1000),
  );
  const total = answered.reduce((sum, { latencyMs }) => sum + latencyMs / 1000, 0);
  return {
    sendsPerSecond: own.filter(({ sendSeconds }) => within(sendSeconds)).length / MINUTE,
    meanSeconds: total / answered.length,
  };
}

describe.skipIf(missing !== null)(
  `steady minutes of recordings${missing === null ? "" : `: ${missing}`}`,
  () => {
    it.each(STEADY)("$name, $model, minutes that end at $from to $to s", ({ name, model, from, to }) => {
      const recording = loadRecording(name);
      const misses: unknown[] = [];
      for (let t = from; t <= to; t += STEP) {
        const { arrivalsPerSecond, meanRequestSeconds } = observed(recording, model, t).traffic;
        const { sendsPerSecond, meanSeconds } = experienced(recording, model, t);
        const rateError = (arrivalsPerSecond ?? NaN) / sendsPerSecond - 1;
        const timeError = (meanRequestSeconds ?? NaN) - meanSeconds;
        const good =
          Math.abs(rateError) <= 0.03 && Math.abs(timeError) <= Math.max(0.05 * meanSeconds, 0.002);
        if (!good) misses.push({ t, rateError, timeError, meanSeconds });
      }
      expect(misses).toEqual([]);
    });
  },
);

describe.skipIf(missing !== null)(`events of recordings${missing === null ? "" : `: ${missing}`}`, () => {
  it.each([
    ["F-surge", "embedder", 105],
    ["Q-batch-growth-surge", "ranker", 105],
    ["H-two-models", "surger", 100],
  ])("%s: arrivals are known within 5 %% while the backlog grows", (name, model, t) => {
    const recording = loadRecording(name);
    const { traffic } = observed(recording, model, t);
    const { sendsPerSecond } = experienced(recording, model, t);
    expect(Math.abs((traffic.arrivalsPerSecond ?? 0) / sendsPerSecond - 1)).toBeLessThan(0.05);
  });

  it("F-surge: halves tell the surge, and its residue once it is over", () => {
    const recording = loadRecording("F-surge");
    const early = observed(recording, "embedder", 70).signals.queueDuration;
    const late = observed(recording, "embedder", 215).signals.queueDuration;
    expect(early?.valueSecondHalf ?? 0).toBeGreaterThan(3 * (early?.valueFirstHalf ?? Infinity));
    expect(late?.valueFirstHalf ?? 0).toBeGreaterThan(3 * (late?.valueSecondHalf ?? Infinity));
  });

  it("G-surge-rejects: refusals are counted", () => {
    expect(observed(loadRecording("G-surge-rejects"), "embedder", 100).rejectedRequests).toBeGreaterThan(0);
  });

  it("I-replica-restart: the refused replica is expected, not fresh, and fresh again a window later", () => {
    const recording = loadRecording("I-replica-restart");
    const fresh = [55, 80, 160].map((t) => observed(recording, "ranker", t).pods);
    expect(fresh).toEqual([
      { expected: 3, fresh: 3 },
      { expected: 3, fresh: 2 },
      { expected: 3, fresh: 3 },
    ]);
  });

  it("K-idle-burst: idle is data, and one burst ends it", () => {
    const recording = loadRecording("K-idle-burst");
    const states = [50, 70, 150].map((t) => observed(recording, "ranker", t).signals.requestRate?.state);
    expect(states).toEqual(["idle", "live", "idle"]);
  });

  it("L-version-reload: an unloaded model is not fresh on that replica, though its failures stay", () => {
    const { signals } = observed(loadRecording("L-version-reload"), "ranker", 150);
    expect(signals.pendingRequests).toMatchObject({ state: "live", freshPods: 2 });
  });

  it("M-unbalanced: without the hot replica the queue is short", () => {
    const { queueDuration } = observed(loadRecording("M-unbalanced"), "ranker", 150).signals;
    expect(queueDuration?.valueWithoutWorst ?? Infinity).toBeLessThan((queueDuration?.value ?? 0) / 2);
  });
});
