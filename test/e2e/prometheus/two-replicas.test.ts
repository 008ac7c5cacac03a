// Replicas that start at any moment on one Prometheus answer as the one that has run all along.

import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { TickLoop } from "../../../src/control/loop.ts";
import { Registry } from "../../../src/control/registry.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import type { DecisionRecord } from "../../../src/domain/record.ts";
import { after, type Instant, millis, minutes, seconds, toSeconds } from "../../../src/domain/units.ts";
import { memorySpan } from "../../../src/domain/windows.ts";
import { aPolicy, at, DECLARED, EPOCH } from "../../support/builders.ts";
import {
  loadedPolicy,
  MemoryLogger,
  MemoryPacing,
  MemorySink,
  MemoryTelemetry,
  ScriptedClock,
} from "../../support/control-ports.ts";
import { recordingPath } from "../../support/play-recording.ts";
import { askedSource } from "./asked-source.ts";
import { prometheusMissing, startPrometheus } from "./prometheus-server.ts";
import { recordedPast } from "./recorded-past.ts";

const MISSING =
  prometheusMissing() ?? (existsSync(recordingPath("F-surge")) ? null : "no recordings beside this checkout");

/** Where replicas that were killed start again, in seconds of the recording: before, in and after the surge. */
const STARTS = [70, 93, 118, 151, 187];

const POLICY: Policy = aPolicy({
  models: [{ name: "embedder", maxQueueDelay: seconds(0), weight: 1 }],
  replicas: { min: 1, max: 20 },
  signals: { ...DECLARED, latency: { ...DECLARED.latency, window: seconds(30) }, gpuMemory: null },
  startup: { expected: seconds(10) },
  scaleOut: {
    stabilizationWindow: seconds(0),
    tolerance: 0.1,
    limits: [{ replicas: 2, percent: null, per: seconds(20) }],
  },
  scaleIn: {
    stabilizationWindow: seconds(20),
    cooldown: seconds(20),
    tolerance: 0.1,
    limits: [{ replicas: 1, percent: null, per: seconds(20) }],
  },
  missingData: { maxAge: seconds(15), holdFor: seconds(20) },
});

describe.skipIf(MISSING !== null)(`replicas on one Prometheus ${MISSING ?? ""}`, () => {
  test("are equal from W after their start, and never lower before", async () => {
    const past = await recordedPast("F-surge", POLICY.target, toSeconds(millis(EPOCH)));
    const server = await startPrometheus({ samples: past.samples });
    const always = await answersFrom(server.url, 0);
    expect(new Set(always.map(({ decision }) => decision.replicas)).size).toBeGreaterThan(2);
    for (const start of STARTS) {
      const fresh = await answersFrom(server.url, start);
      const settled = after(at(start), memorySpan(POLICY));
      const same = always.filter((record) => record.at > at(start));
      expect(fresh.map((record) => record.at)).toEqual(same.map((record) => record.at));
      expect(fresh.filter((record) => record.at >= settled)).toEqual(
        same.filter((record) => record.at >= settled),
      );
      const lower = fresh.filter(
        ({ answer }, index) => (answer.metricValue ?? 0) < (same[index]?.answer.metricValue ?? 0),
      );
      expect(lower.map((record) => record.at)).toEqual([]);
    }
  });
});

/** Returns the records of a process that starts `start` seconds after the recording's beginning. */
async function answersFrom(url: string, start: number): Promise<readonly DecisionRecord[]> {
  const source = askedSource(url, [POLICY]);
  const registry = new Registry();
  const records: DecisionRecord[] = [];
  registry.apply([loadedPolicy(POLICY)], { rejected: [], at: at(start) });
  registry.onRecord((record) => records.push(record));
  const loop = new TickLoop(
    {
      clock: new ScriptedClock(at(start)),
      pacing: new MemoryPacing(),
      source,
      registry,
      sink: new MemorySink(),
      telemetry: new MemoryTelemetry(),
      logger: new MemoryLogger(),
    },
    {
      interval: seconds(1),
      lag: seconds(0),
      detail: "observation",
      version: "test",
      startAfter: at(start),
      everyInstant: true,
      knowsPast: true,
    },
  );
  const stop = new AbortController();
  await loop.run(stop.signal, (tick: Instant) => {
    if (tick >= after(EPOCH, minutes(4.5))) stop.abort();
  });
  await source.close();
  return records;
}
