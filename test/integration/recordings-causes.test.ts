// Latency that replicas do not cure, on recordings of a real Triton: it is named, and no replica is bought for it.

import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { SignalReason } from "../../src/domain/decision.ts";
import type { Policy, RateSignalPolicy } from "../../src/domain/policy.ts";
import type { DecisionRecord } from "../../src/domain/record.ts";
import { minutes, seconds } from "../../src/domain/units.ts";
import { aPolicy, DECLARED } from "../support/builders.ts";
import { between, playRecording, recordingPath, timeOf } from "../support/play-recording.ts";

const MISSING = existsSync(recordingPath("R-compute-bound"))
  ? false
  : "the recordings are not beside this checkout";

type Plant = {
  readonly model: string;
  readonly loadTarget: RateSignalPolicy["targetPerReplica"] | null;
  readonly pending: number;
  readonly queueMs: number;
  readonly latencyMs: number;
};

function policyFor({ model, loadTarget, pending, queueMs, latencyMs }: Plant): Policy {
  const latency = seconds(latencyMs / 1000);
  return aPolicy({
    name: model,
    models: [{ name: model, maxQueueDelay: seconds(0), weight: 1 }],
    objective: { percentile: 99, latency },
    signals: {
      requestRate: loadTarget === null ? null : { ...DECLARED.requestRate, targetPerReplica: loadTarget },
      pendingRequests: { ...DECLARED.pendingRequests, targetPerReplica: pending },
      queueDuration: { ...DECLARED.queueDuration, target: seconds(queueMs / 1000) },
      latency: { ...DECLARED.latency, target: latency, window: minutes(1) },
    },
  });
}

/** From 110 s on executions of 51 ms take 102 ms; nothing ever waits. */
const DETECTOR = { model: "detector", pending: 96, queueMs: 50, latencyMs: 75 };
/** Seven tenths of the requests go to one of three replicas, whose queue holds most of what waits. */
const RANKER = { model: "ranker", pending: 8, queueMs: 40, latencyMs: 150 };
const LOAD_TARGETS = [null, "learned"] as const;

function reasonsOf(records: readonly DecisionRecord[], signal: string): ReadonlySet<SignalReason> {
  return new Set(
    records.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.step === "signal" && step.signal === signal ? [step.reason] : [])),
    ),
  );
}

/** Records that want more than runs, in words. */
function bought(records: readonly DecisionRecord[]): readonly string[] {
  return records
    .filter(({ decision, observation }) => (decision.replicas ?? 0) > (observation.replicas.desired ?? 0))
    .map((record) => `${timeOf(record)}s ${record.decision.replicas} ${record.steps.at(-1)?.reason}`);
}

describe.skipIf(MISSING)(`recordings of a real Triton ${MISSING ? `(skipped: ${MISSING})` : ""}`, () => {
  test.each([...LOAD_TARGETS, 200])(
    "R: executions that take twice as long are named, load target %s",
    async (loadTarget) => {
      const records = await playRecording("R-compute-bound", policyFor({ ...DETECTOR, loadTarget }));
      expect(bought(records)).toEqual([]);
      const slow = between(records, 180, 219);
      expect([...reasonsOf(slow, "latency")]).toEqual(["COMPUTE_BOUND"]);
    },
  );

  test.each([...LOAD_TARGETS, 50])(
    "M: one busy replica among three is named, load target %s",
    async (loadTarget) => {
      const records = await playRecording("M-unbalanced", policyFor({ ...RANKER, loadTarget }));
      expect(bought(records)).toEqual([]);
      const settled = between(records, 60);
      expect(reasonsOf(settled, "queueDuration")).toContain("IMBALANCE");
      expect(reasonsOf(settled, "latency")).toContain("IMBALANCE");
    },
  );
});
