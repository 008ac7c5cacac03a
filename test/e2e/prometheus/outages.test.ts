// Whatever happens to Prometheus or on the way to it, no answer falls, and the service recovers within one tick.

import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { following } from "../../../src/adapters/following-source.ts";
import { TickLoop } from "../../../src/control/loop.ts";
import { Registry } from "../../../src/control/registry.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import type { DecisionRecord } from "../../../src/domain/record.ts";
import { after, elapsed, type Instant, millis, seconds, toSeconds } from "../../../src/domain/units.ts";
import { aPolicy, at, DECLARED, EPOCH } from "../../support/builders.ts";
import {
  loadedPolicy,
  MemoryLogger,
  MemoryPacing,
  MemorySink,
  MemoryTelemetry,
  ScriptedClock,
} from "../../support/control-ports.ts";
import { FAULTS, type FaultProxy, faultProxy } from "../../support/fault-proxy.ts";
import { recordingPath } from "../../support/play-recording.ts";
import { askedSource } from "./asked-source.ts";
import { type PrometheusServer, prometheusMissing, startPrometheus } from "./prometheus-server.ts";
import { recordedPast } from "./recorded-past.ts";

const MISSING =
  prometheusMissing() ?? (existsSync(recordingPath("F-surge")) ? null : "no recordings beside this checkout");

const HOLD_FOR = seconds(20);
const WINDOW_IN = seconds(20);
/** The surge begins at 45 s; the outage hides its beginning, its end and 17 s of quiet. */
const [FROM, UNTIL, END] = [30, 70, 110];
/** What a reading may take in an outage, where it is in vain, and what it may take otherwise, on a busy machine. */
const [IN_VAIN, OTHERWISE] = [seconds(0.5), seconds(60)];

const POLICY: Policy = aPolicy({
  models: [{ name: "embedder", maxQueueDelay: seconds(0), weight: 1 }],
  replicas: { min: 1, max: 50 },
  signals: { ...DECLARED, latency: { ...DECLARED.latency, window: seconds(30) }, gpuMemory: null },
  startup: { expected: seconds(0) },
  scaleOut: { stabilizationWindow: seconds(0), tolerance: 0.1, limits: [] },
  scaleIn: { stabilizationWindow: WINDOW_IN, cooldown: seconds(0), tolerance: 0.1, limits: [] },
  missingData: { maxAge: seconds(15), holdFor: HOLD_FOR },
});

type Outage = {
  readonly name: string;
  readonly begin: (server: PrometheusServer, proxy: FaultProxy) => void;
  readonly end: (server: PrometheusServer, proxy: FaultProxy) => void;
};

const OUTAGES: readonly Outage[] = [
  ...FAULTS.filter((fault) => fault !== "none").map((fault) => ({
    name: fault,
    begin: (_: PrometheusServer, proxy: FaultProxy) => proxy.set(fault),
    end: (_: PrometheusServer, proxy: FaultProxy) => proxy.set("none"),
  })),
  { name: "frozen by SIGSTOP", begin: (server) => server.freeze(), end: (server) => server.thaw() },
];

describe.skipIf(MISSING !== null)(`an outage of Prometheus ${MISSING ?? ""}`, () => {
  test.each(OUTAGES)("$name lowers no answer and is over at once", async (outage) => {
    const past = await recordedPast("F-surge", POLICY.target, toSeconds(millis(EPOCH)));
    const server = await startPrometheus({ samples: past.samples });
    const proxy = await faultProxy(server.url);
    const records = await throughOutage(proxy.url, {
      begin: () => outage.begin(server, proxy),
      end: () => outage.end(server, proxy),
    });
    const outageRecords = between(records, FROM + 1, UNTIL);
    const last = between(records, FROM, FROM)[0]?.answer.metricValue ?? 0;
    const answered = outageRecords.filter(({ answer }) => answer.code === "OK");
    expect(Math.min(...answered.map(({ answer }) => answer.metricValue ?? 0))).toBeGreaterThanOrEqual(last);
    const refused = outageRecords.filter(({ answer }) => answer.code === "UNAVAILABLE");
    for (const { at: refusedAt } of refused)
      expect(elapsed(at(FROM), refusedAt)).toBeGreaterThanOrEqual(HOLD_FOR);

    const [first] = between(records, UNTIL + 1, UNTIL + 1);
    expect(first?.decision.replicas).toBeGreaterThan(last);
    const window = between(records, UNTIL + 1, UNTIL + toSeconds(WINDOW_IN)).map(
      ({ decision }) => decision.replicas ?? 0,
    );
    expect(window).toEqual([...window].sort((one, other) => one - other));
  });

  test("there from the start: starting and UNAVAILABLE, then all of the past at once", async () => {
    const past = await recordedPast("F-surge", POLICY.target, toSeconds(millis(EPOCH)));
    const server = await startPrometheus({ samples: past.samples });
    const proxy = await faultProxy(server.url);
    proxy.set("html502");
    const records = await throughOutage(proxy.url, { begin: () => {}, end: () => proxy.set("none") });
    const before = between(records, 1, UNTIL);
    expect(new Set(before.map(({ answer, decision }) => `${answer.code} ${decision.status}`))).toEqual(
      new Set(["UNAVAILABLE starting"]),
    );
    expect(between(records, UNTIL + 1, UNTIL + 1)[0]?.decision.status).toBe("live");
  });
});

/** Plays the recording to its 110th second, with an outage in it; replicas follow what was answered. */
async function throughOutage(
  url: string,
  { begin, end }: { readonly begin: () => void; readonly end: () => void },
): Promise<readonly DecisionRecord[]> {
  const registry = new Registry();
  const records: DecisionRecord[] = [];
  registry.apply([loadedPolicy(POLICY)], { rejected: [], at: EPOCH });
  registry.onRecord((record) => records.push(record));
  let readingTime = OTHERWISE;
  const asked = askedSource(url, [POLICY], { readingTime: () => readingTime });
  const loop = new TickLoop(
    {
      clock: new ScriptedClock(EPOCH),
      pacing: new MemoryPacing(),
      source: following(
        asked,
        () => records.findLast(({ answer }) => answer.code === "OK")?.answer.metricValue ?? null,
      ),
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
      startAfter: EPOCH,
      everyInstant: true,
      knowsPast: true,
    },
  );
  const stop = new AbortController();
  await loop.run(stop.signal, (tick: Instant) => {
    if (tick === at(FROM)) {
      readingTime = IN_VAIN;
      begin();
    }
    if (tick === at(UNTIL)) {
      readingTime = OTHERWISE;
      end();
    }
    if (tick >= at(END)) stop.abort();
  });
  await asked.close();
  return records;
}

function between(records: readonly DecisionRecord[], from: number, to: number): readonly DecisionRecord[] {
  return records.filter((record) => record.at >= after(EPOCH, seconds(from)) && record.at <= at(to));
}
