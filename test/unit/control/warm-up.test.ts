// A state that is rebuilt from the source's past, beside the one of a process that has run all along.

import { expect, test } from "vitest";

import { readActivation } from "../../../src/control/queries.ts";
import { tickPolicy } from "../../../src/control/tick.ts";
import { needsPastFirst, warmedState } from "../../../src/control/warm-up.ts";
import { NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import { NO_STARTUP_MEMORY, observed, type StartupTimes } from "../../../src/domain/startup-times.ts";
import { initialState, type ScalerState } from "../../../src/domain/state.ts";
import { type Instant, minutes, seconds } from "../../../src/domain/units.ts";
import { memorySpan, sampleSpan } from "../../../src/domain/windows.ts";
import { at, controlPolicy, loadedPolicy, MemorySource, steadySamples } from "../../support/control-ports.ts";

const SETTINGS = { interval: seconds(15), lag: seconds(0), version: "test" };
const LOADED = loadedPolicy();
const NOW = 3600;

function aSource(): MemorySource {
  return new MemorySource(steadySamples({ pods: 3, from: at(0), until: at(NOW) }));
}

/** The state of a process that has ticked from the `from`th second to just before now. */
function ticked(source: MemorySource, from: number): ScalerState {
  let state = initialState();
  for (let second = from; second < NOW; second += 15) {
    state = tickPolicy({
      at: at(second),
      readAt: at(second),
      loaded: LOADED,
      state,
      samples: source.workload(LOADED.policy.target),
      scrapeInterval: source.scrapeInterval,
      tickInterval: SETTINGS.interval,
      activation: readActivation(source, LOADED.policy, at(second)),
      queries: new Map(),
      detail: "observation",
      version: "test",
    }).state;
  }
  return state;
}

test("is the state of a process that began W ago", async () => {
  const source = aSource();
  const warmed = await warmedState({ loaded: LOADED, state: initialState() }, at(NOW), {
    source,
    settings: SETTINGS,
    breathe: () => null,
  });
  const from = Math.floor((NOW - memorySpan(LOADED.policy) / 1000) / 15) * 15;
  expect(sampleSpan(LOADED.policy)).toBeGreaterThan(0);
  expect({ ...warmed, restored: false, noProbeUntil: null }).toEqual({
    ...ticked(source, from),
    noProbeUntil: null,
  });
});

test("keeps of a checkpoint what is older than W, and never falls below its answer", async () => {
  const failedProbes = [{ at: at(10), to: 2, arrivalsPerSecond: 30 }];
  const known = { ...initialState(), lastAnswer: 7, failedProbes, noProbeUntil: at(99) };
  const warmed = await warmedState({ loaded: LOADED, state: known }, at(NOW), {
    source: aSource(),
    settings: SETTINGS,
    breathe: () => null,
  });
  expect(warmed).toMatchObject({ restored: true, lastAnswer: 7, failedProbes, noProbeUntil: at(99) });
});

test("lets other work have its turn between two ticks", async () => {
  let turns = 0;
  await warmedState({ loaded: LOADED, state: initialState() }, at(NOW), {
    source: aSource(),
    settings: SETTINGS,
    breathe: () => {
      turns += 1;
      return Promise.resolve();
    },
  });
  expect(turns).toBe(Math.ceil(memorySpan(LOADED.policy) / SETTINGS.interval));
});

test.each([
  ["may lapse into inactivity", { min: 0 }, { desired: 3, ready: 3 }, true],
  ["has replicas that may have been starting for too long", { min: 1 }, { desired: 4, ready: 3 }, true],
  ["has unknown replicas", { min: 1 }, { desired: null, ready: null }, true],
  ["is at rest", { min: 1 }, { desired: 3, ready: 3 }, false],
  ["counts its pods", { min: 1 }, { desired: null, ready: null, source: "pods" }, false],
] as const)(
  "a policy that %s: whether its past must be decided before it answers",
  (_, bounds, replicas, must) => {
    const { replicas: usual } = controlPolicy();
    const policy = controlPolicy({ replicas: { ...usual, ...bounds } });
    expect(needsPastFirst(policy, { source: "kube-state-metrics", ...replicas })).toBe(must);
  },
);

test("keeps what a checkpoint has learned of starts, and learns again only what came after it", async () => {
  const times = observed(NO_STARTUP_MEMORY.times, minutes(2), { at: at(NOW - 300), count: 5 });
  // Six pods are wanted 200 s ago; three are ready at once, the others by and by.
  const samples = steadySamples({ pods: 3, from: at(0), until: at(NOW) });
  const source = new MemorySource(samples);
  const replicasAt = (second: number) => ({
    desired: second < NOW - 200 ? 3 : 6,
    ready: second < NOW - 100 ? 3 : 6,
    source: "kubernetes" as const,
  });
  const changing = {
    scrapeInterval: source.scrapeInterval,
    queried: source.queried.bind(source),
    workload: (_: unknown, readAt: Instant) => ({
      ...source.workload(LOADED.policy.target),
      replicas: replicasAt((readAt - at(0)) / 1000),
    }),
  };
  const warmed = async (known: ScalerState): Promise<StartupTimes> => {
    const parts = { source: changing, settings: SETTINGS, breathe: () => null };
    return (await warmedState({ loaded: LOADED, state: known }, at(NOW), parts)).startups.times;
  };
  const knowing = { ...initialState(), startups: { ...NO_STARTUP_MEMORY, times } };
  const before = await warmed({ ...knowing, at: at(NOW - 300) });
  expect(before.starts).toBe(8);
  expect(before.weights.map(({ weight }) => Math.round(weight))).toEqual([3, 5]);
  expect(await warmed({ ...knowing, at: at(NOW - 30) })).toEqual(times);
  expect((await warmed(initialState())).starts).toBe(3);
});

test("of learned capacity a checkpoint's is kept, whatever the past before it would teach again", async () => {
  const known: ScalerState = {
    ...initialState(),
    at: at(NOW - 15),
    lastAnswer: 3,
    learned: { ...NOTHING_LEARNED, cap: { at: at(100), perReplica: 40 }, versions: ["embedder/1"] },
  };
  const warmed = await warmedState({ loaded: LOADED, state: known }, at(NOW), {
    source: aSource(),
    settings: SETTINGS,
    breathe: () => null,
  });
  expect(warmed.learned).toEqual(known.learned);
});

test.each([
  { name: "stays lost where nothing is known", cap: null, want: true },
  { name: "is no longer lost where a cap is", cap: { at: at(100), perReplica: 40 }, want: false },
])("memory $name", async ({ cap, want }) => {
  const state = { ...initialState({ isMemoryLost: true }), learned: { ...NOTHING_LEARNED, cap } };
  const parts = { source: aSource(), settings: SETTINGS, breathe: () => null };
  expect((await warmedState({ loaded: LOADED, state }, at(NOW), parts)).isMemoryLost).toBe(want);
});
