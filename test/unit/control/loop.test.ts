// The loop under a scripted clock: when it ticks, what it reads, publishes, writes and logs, and what a fault stops.

import { describe, expect, test } from "vitest";

import { type LoopSettings, TickLoop } from "../../../src/control/loop.ts";
import { Registry } from "../../../src/control/registry.ts";
import { type LogJson, replayLog } from "../../../src/control/replay.ts";
import { withInstantsAsText } from "../../../src/domain/instant.ts";
import type { LoadedPolicy } from "../../../src/domain/policy-set.ts";
import type { DecisionRecord, LogRecord } from "../../../src/domain/record.ts";
import { type Instant, minutes, seconds } from "../../../src/domain/units.ts";
import {
  at,
  controlPolicy,
  EPOCH,
  loadedPolicy,
  MemoryLogger,
  MemoryPacing,
  MemorySink,
  MemorySource,
  MemoryTelemetry,
  ScriptedClock,
  steadySamples,
} from "../../support/control-ports.ts";

const played: LoopSettings = {
  interval: seconds(1),
  lag: seconds(0),
  detail: "observation",
  version: "0.1.0",
  startAfter: EPOCH,
  everyInstant: true,
};

type Setup = {
  policies?: LoadedPolicy[];
  settings?: Partial<LoopSettings>;
  clock?: ScriptedClock;
  pacing?: MemoryPacing;
};

function aLoop({
  policies = [loadedPolicy()],
  settings = {},
  clock = new ScriptedClock(EPOCH),
  pacing = new MemoryPacing(),
}: Setup = {}) {
  const source = new MemorySource(steadySamples({ pods: 3, from: at(-120), until: at(120) }));
  const parts = {
    clock,
    pacing,
    source,
    registry: new Registry(),
    sink: new MemorySink(),
    telemetry: new MemoryTelemetry(),
    logger: new MemoryLogger(),
  };
  parts.registry.apply(policies, { rejected: [], at: EPOCH });
  return { ...parts, loop: new TickLoop(parts, { ...played, ...settings }) };
}

function written(record: LogRecord): LogJson {
  return JSON.parse(JSON.stringify(withInstantsAsText(record)));
}

/** Runs until `count` ticks are over, and returns their instants. */
async function ticks(
  loop: TickLoop,
  count: number,
  after: (at: Instant) => void = () => {},
): Promise<Instant[]> {
  const stop = new AbortController();
  const seen: Instant[] = [];
  await loop.run(stop.signal, (tickedAt) => {
    seen.push(tickedAt);
    after(tickedAt);
    if (seen.length >= count) stop.abort();
  });
  return seen;
}

test("ticks at each instant after the start, reading the source `lag` before", async () => {
  const { loop, source } = aLoop({ settings: { lag: seconds(2) } });
  expect(await ticks(loop, 3)).toEqual([at(1), at(2), at(3)]);
  expect(source.reads).toEqual([at(-1), at(0), at(1)]);
});

test("leaves out what real time has passed while asleep, and counts it", async () => {
  const clock = new ScriptedClock(at(10), [at(10), at(14), at(15)]);
  const { loop, telemetry } = aLoop({ clock, settings: { startAfter: null, everyInstant: false } });
  expect(await ticks(loop, 3)).toEqual([at(10), at(14), at(15)]);
  expect(telemetry.ticks).toEqual(["ok", "skipped", "skipped", "skipped", "ok", "ok"]);
});

test("writes policy and state before the first decision, the state hourly, both again after an edit", async () => {
  const { loop, sink, registry } = aLoop({ settings: { interval: minutes(30) } });
  const edited = loadedPolicy(controlPolicy({ replicas: { min: 2, max: 8 } }));
  await ticks(loop, 4, (tickedAt) => {
    if (tickedAt === at(3 * 1800)) registry.apply([edited], { rejected: [], at: tickedAt });
  });
  expect(sink.records.map(({ kind }) => kind)).toEqual([
    "policy",
    "state",
    "decision",
    "decision",
    "state",
    "decision",
    "policy",
    "state",
    "decision",
  ]);
});

test("writes policy and state again where a state was replaced from elsewhere, and a replay agrees", async () => {
  const { loop, sink, registry } = aLoop();
  await ticks(loop, 4, (tickedAt) => {
    const entry = registry.entry("ai-inference/embedder");
    if (tickedAt !== at(2) || entry === null) return;
    const cap = { at: tickedAt, perReplica: 1 };
    registry.rebuild(entry, { ...entry.state, learned: { ...entry.state.learned, cap } });
  });
  const kinds = sink.records.map(({ kind }) => kind);
  expect(kinds).toEqual([
    "policy",
    "state",
    "decision",
    "decision",
    "policy",
    "state",
    "decision",
    "decision",
  ]);
  const lines = sink.records.map((record, index) => ({ line: index + 1, json: written(record) }));
  const rebuilt = { policy: loadedPolicy().policy, hash: loadedPolicy().hash };
  expect(replayLog(lines, () => rebuilt)).toEqual({
    ok: true,
    decisions: 4,
    policies: 1,
    firstDifference: null,
  });
});

test("publishes what it writes", async () => {
  const { loop, sink, registry, telemetry } = aLoop();
  const published: DecisionRecord[] = [];
  registry.onRecord((record) => published.push(record));
  await ticks(loop, 2);
  expect(registry.entry("ai-inference/embedder")?.record).toBe(sink.records.at(-1));
  expect(published).toEqual(sink.records.filter(({ kind }) => kind === "decision"));
  expect(published).toHaveLength(2);
  expect(telemetry.decisions).toBe(2);
});

test("a fault in one policy leaves the others and its own last record alone", async () => {
  const other = controlPolicy({
    name: "other",
    target: { kind: "Deployment", namespace: "ai-inference", name: "other" },
  });
  const { loop, source, registry, logger, telemetry } = aLoop({
    policies: [loadedPolicy(), loadedPolicy(other)],
  });
  await ticks(loop, 2, () => source.broken.add("triton-embedder"));
  expect(registry.entry("ai-inference/embedder")?.record?.at).toBe(at(1));
  expect(registry.entry("ai-inference/other")?.record?.at).toBe(at(2));
  expect(telemetry.ticks).toEqual(["ok", "failed"]);
  expect(logger.lines.filter(({ level }) => level === "error").map(({ message }) => message)).toEqual([
    "deciding failed; the last record stands",
  ]);
});

test("logs changes once, not every tick", async () => {
  const { loop, source, logger } = aLoop();
  await ticks(loop, 6, (tickedAt) => {
    source.outcome =
      tickedAt === at(2) || tickedAt === at(3)
        ? { ok: false, detail: "refused" }
        : { ok: true, detail: null };
  });
  expect(logger.lines.map(({ message }) => message)).toEqual([
    "wanted replicas changed",
    "status changed",
    "metrics source is down",
    "metrics source is up again",
  ]);
});

test("a deleted policy keeps its last record for its hold time, then goes", async () => {
  const policy = controlPolicy({ missingData: { maxAge: minutes(1), holdFor: seconds(3) } });
  const { loop, registry, telemetry } = aLoop({ policies: [loadedPolicy(policy)] });
  const known: boolean[] = [];
  await ticks(loop, 6, (tickedAt) => {
    if (tickedAt === at(2)) registry.apply([], { rejected: [], at: tickedAt });
    known.push(registry.entry("ai-inference/embedder") !== null);
  });
  expect(known).toEqual([true, true, true, true, false, false]);
  expect(telemetry.removed).toEqual(["ai-inference/embedder"]);
});

test("does not tick a policy whose remembered state is later than the clock", async () => {
  const { loop, registry } = aLoop();
  const entry = registry.entry("ai-inference/embedder");
  if (entry === null) throw new Error("it was applied");
  registry.apply([], { rejected: [], at: EPOCH });
  registry.forget(at(100_000));
  const states = new Map([[entry.loaded.key, { ...entry.state, at: at(2) }]]);
  registry.apply([entry.loaded], { rejected: [], at: EPOCH, states });
  const published: Instant[] = [];
  registry.onRecord((record) => published.push(record.at));
  await ticks(loop, 4);
  expect(published).toEqual([at(3), at(4)]);
});

test("lets calls be answered between slices of many policies", async () => {
  const policies = Array.from({ length: 40 }, (_, index) =>
    loadedPolicy(controlPolicy({ name: `policy-${index}` })),
  );
  const pacing = new MemoryPacing(0.003);
  const { loop } = aLoop({ policies, pacing });
  await ticks(loop, 1);
  expect(pacing.pauses).toBeGreaterThanOrEqual(10);
});

describe("opening lines", () => {
  test("give policy and state of every policy, for a new file", async () => {
    const { loop } = aLoop();
    expect(loop.openingLines().map(({ kind }) => kind)).toEqual(["policy", "state"]);
    await ticks(loop, 1);
    expect(loop.openingLines().map(({ at: writtenAt }) => writtenAt)).toEqual([at(1), at(1)]);
  });
});

describe("the past of a large fleet", () => {
  const names = ["a", "b", "c", "d"];
  const policies = names.map((name) => loadedPolicy(controlPolicy({ name })));
  const settings = { knowsPast: true, startAfter: null, interval: seconds(15) };

  /** A loop whose every look at the clock finds two seconds gone: time is up after the first policy. */
  function hurried(ready: number) {
    const parts = aLoop({ policies, settings, pacing: new MemoryPacing(2) });
    parts.source.samples = {
      ...parts.source.samples,
      replicas: { desired: 3, ready, source: "kube-state-metrics" },
    };
    const withPast = (): number =>
      parts.registry.entries().filter(({ state }) => state.startedAt !== null && state.startedAt < EPOCH)
        .length;
    return { ...parts, withPast };
  }

  test("is decided over several ticks where one has no time for all; each policy answers from the first", async () => {
    const { loop, registry, withPast } = hurried(3);
    const seen: number[] = [];
    await ticks(loop, names.length + 1, () => {
      expect(registry.entries().every(({ record }) => record !== null)).toBe(true);
      seen.push(withPast());
    });
    expect(seen[0]).toBeLessThan(names.length);
    expect(seen.at(-1)).toBe(names.length);
  });

  test("is decided at once where a first answer could be too low", async () => {
    const { loop, withPast } = hurried(2);
    await ticks(loop, 1);
    expect(withPast()).toBe(names.length);
  });
});
