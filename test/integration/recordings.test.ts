// What a good scaler does on each recording of a real Triton. No stabilization, cooldown or limits: what is judged is
// the bare decision of each second, so that a scale-in that data should forbid is not hidden by a window.

import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Policy, SignalPolicies } from "../../src/domain/policy.ts";
import type { DecisionRecord } from "../../src/domain/record.ts";
import { minutes, seconds } from "../../src/domain/units.ts";
import { aPolicy, DECLARED } from "../support/builders.ts";
import { between, playRecording, recordingPath, timeOf } from "../support/play-recording.ts";

const MISSING = existsSync(recordingPath("A-steady-50"))
  ? false
  : "the recordings are not beside this checkout";

type Plant = {
  readonly model: string;
  /** Load target: three quarters of what one replica carries. */
  readonly target: number;
  /** Pending target: two full batches an instance. */
  readonly pending: number;
  readonly queueMs: number;
  readonly latencyMs: number;
  readonly signals?: Partial<SignalPolicies>;
};

function policyFor({ model, target, pending, queueMs, latencyMs, signals }: Plant): Policy {
  const latency = seconds(latencyMs / 1000);
  return aPolicy({
    name: model,
    models: [{ name: model, maxQueueDelay: seconds(0), weight: 1 }],
    objective: { percentile: 99, latency },
    signals: {
      requestRate: { ...DECLARED.requestRate, targetPerReplica: target },
      pendingRequests: { ...DECLARED.pendingRequests, targetPerReplica: pending },
      queueDuration: { ...DECLARED.queueDuration, target: seconds(queueMs / 1000) },
      latency: { ...DECLARED.latency, target: latency, window: minutes(1) },
      ...signals,
    },
  });
}

const RANKER_50 = { model: "ranker", target: 60, pending: 8, queueMs: 100, latencyMs: 250 };
const EMBEDDER = { model: "embedder", target: 30, pending: 8, queueMs: 100, latencyMs: 400 };
const RANKER_60 = { model: "ranker", target: 50, pending: 8, queueMs: 100, latencyMs: 700 };

/** How far the wanted count stands above the running one. */
function excess({ decision, observation }: DecisionRecord): number {
  return (decision.replicas ?? 0) - (observation.replicas.desired ?? 0);
}

function describedAs(records: readonly DecisionRecord[]): readonly string[] {
  return records.map(
    (record) =>
      `${timeOf(record)}s ${record.decision.replicas} ${record.decision.status} ${record.steps.at(-1)?.reason}`,
  );
}

describe.skipIf(MISSING)(`recordings of a real Triton ${MISSING ? `(skipped: ${MISSING})` : ""}`, () => {
  test.each([
    { name: "A-steady-50", plant: { ...RANKER_50, target: 120, pending: 16 }, wanted: [3, 3] },
    { name: "B-steady-80", plant: RANKER_50, wanted: [3, 3] },
    { name: "C-steady-93", plant: { ...RANKER_50, target: 75, pending: 10 }, wanted: [4, 4] },
    { name: "D-steady-80-delay20", plant: { ...RANKER_50, latencyMs: 400 }, wanted: [3, 3] },
    { name: "E-two-instances", plant: { ...RANKER_50, model: "detector", pending: 16 }, wanted: [3, 3] },
    {
      name: "P-batch-growth-steady",
      plant: { ...RANKER_50, model: "tagger", target: 143, pending: 32 },
      wanted: [2, 2],
    },
    { name: "N-bursty", plant: RANKER_60, wanted: [3, 4] },
  ])(
    "$name: a steady load keeps a steady count of $wanted",
    async ({ name, plant, wanted: [least, most] }) => {
      const records = between(await playRecording(name, policyFor(plant)), 75);
      const steady = between(records, 75, 148);
      expect(Math.min(...steady.map(({ decision }) => decision.replicas ?? -1))).toBe(least);
      expect(Math.max(...steady.map(({ decision }) => decision.replicas ?? -1))).toBeLessThanOrEqual(
        most ?? 0,
      );
      expect(
        steady.every(({ decision }) => decision.status === "live" && decision.scaleInBlocked.length === 0),
      ).toBe(true);
    },
  );

  test.each([
    { name: "F-surge", plant: EMBEDDER, surgeAt: 45, within: 15 },
    { name: "G-surge-rejects", plant: EMBEDDER, surgeAt: 45, within: 30 },
    { name: "H-two-models", plant: { ...EMBEDDER, model: "surger" }, surgeAt: 60, within: 15 },
    { name: "J-scale-out", plant: EMBEDDER, surgeAt: 0, within: 15 },
    {
      name: "Q-batch-growth-surge",
      plant: { ...EMBEDDER, model: "ranker", target: 95, pending: 32 },
      surgeAt: 45,
      within: 15,
    },
  ])(
    "$name: a surge raises the wish above the running count within $within s",
    async ({ name, plant, surgeAt, within }) => {
      const records = await playRecording(name, policyFor(plant));
      const raised = between(records, surgeAt).find((record) => excess(record) > 0);
      expect(raised === undefined ? null : timeOf(raised) - surgeAt).toBeLessThanOrEqual(within);
      const before = between(records, 0, surgeAt - 1);
      expect(describedAs(before.filter((record) => excess(record) > 0))).toEqual([]);
    },
  );

  test("H-two-models: only the loaded model's wish rises", async () => {
    const calm = await playRecording("H-two-models", policyFor({ ...EMBEDDER, model: "calm", target: 75 }));
    expect(describedAs(calm.filter((record) => excess(record) > 0))).toEqual([]);
  });

  test.each([
    { name: "G-surge-rejects", why: "while requests are refused", plant: EMBEDDER, from: 55, to: 165 },
    {
      name: "I-replica-restart",
      why: "while a replica is refused or restarting",
      plant: RANKER_60,
      from: 61,
      to: 146,
    },
    { name: "L-version-reload", why: "while replica 0 loads a version", plant: RANKER_60, from: 50, to: 113 },
    {
      name: "L-version-reload",
      why: "while replica 2 has the model unloaded",
      plant: RANKER_60,
      from: 131,
      to: 163,
    },
    {
      name: "S-slow-model-load",
      why: "of the newcomer while it loads on replica 1",
      plant: { ...EMBEDDER, model: "newcomer", target: 37 },
      from: 86,
      to: 181,
    },
    {
      name: "S-slow-model-load",
      why: "of the resident while another loads",
      plant: { ...EMBEDDER, model: "resident", target: 109 },
      from: 60,
      to: 200,
    },
  ])("$name: never below the running count $why", async ({ name, plant, from, to }) => {
    const records = between(await playRecording(name, policyFor(plant)), from, to);
    expect(describedAs(records.filter((record) => excess(record) < 0))).toEqual([]);
    expect(records.length).toBeGreaterThan(0);
  });

  test("I-replica-restart: the refused replica is named as short coverage, not as missing load", async () => {
    const records = between(await playRecording("I-replica-restart", policyFor(RANKER_60)), 70, 74);
    expect(records.map(({ decision }) => decision.scaleInBlocked)).toEqual(records.map(() => ["COVERAGE"]));
    expect(records.map(({ decision }) => decision.status)).toEqual(records.map(() => "live"));
  });

  describe("K-idle-burst", () => {
    const plant = { ...RANKER_50, target: 120, pending: 16 };
    const idle = ({ observation }: DecisionRecord) =>
      Object.entries(observation.signals).map(([name, { state }]) => `${name} ${state}`);

    test("pending is idle before the burst, once its window is full", async () => {
      const records = between(await playRecording("K-idle-burst", policyFor(plant)), 20, 59);
      expect(new Set(records.map(({ observation }) => observation.signals.pendingRequests?.state))).toEqual(
        new Set(["idle"]),
      );
    });

    test("a quarter-second burst raises nothing", async () => {
      const records = await playRecording("K-idle-burst", policyFor(plant));
      expect(describedAs(records.filter((record) => excess(record) > 0))).toEqual([]);
    });

    test("once its windows have passed every signal is idle: neither missing nor a reason to hold", async () => {
      const records = between(await playRecording("K-idle-burst", policyFor(plant)), 125, 180);
      expect(new Set(records.flatMap(idle))).toEqual(
        new Set(["requestRate idle", "pendingRequests idle", "queueDuration idle", "latency idle"]),
      );
      expect(records.map(({ decision }) => decision)).toEqual(
        records.map(() => ({ replicas: 1, active: true, status: "live", scaleInBlocked: [] })),
      );
    });
  });

  test("M-unbalanced: one hot replica buys no replica, and is named", async () => {
    const records = between(
      await playRecording("M-unbalanced", policyFor({ ...RANKER_60, queueMs: 45 })),
      75,
    );
    expect(describedAs(records.filter((record) => excess(record) > 0))).toEqual([]);
    const reasons = records
      .flatMap(({ steps }) => steps)
      .filter((step) => step.step === "signal" && step.signal === "queueDuration");
    expect(reasons.some(({ reason }) => reason === "IMBALANCE")).toBe(true);
  });
});
