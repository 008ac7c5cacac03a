// The checkpoint: which states are taken up, and when they are saved.

import { describe, expect, test } from "vitest";

import { CheckpointKeeper } from "../../../src/cli/checkpoint-keeper.ts";
import { Registry } from "../../../src/control/registry.ts";
import { type LearnedCapacity, NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import { initialState, type ScalerState } from "../../../src/domain/state.ts";
import { seconds } from "../../../src/domain/units.ts";
import type { LoadedStates } from "../../../src/ports/state-store.ts";
import { at, loadedPolicy, MemoryLogger } from "../../support/control-ports.ts";

/** Long enough for a load and a save that wait for nothing. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
}

function aKeeper(loaded: LoadedStates) {
  const saves: ReadonlyMap<string, ScalerState>[] = [];
  const registry = new Registry();
  registry.apply([loadedPolicy()], { rejected: [], at: at(0) });
  const store = {
    load: () => Promise.resolve(loaded),
    save: (states: ReadonlyMap<string, ScalerState>) => {
      saves.push(states);
      return Promise.resolve();
    },
  };
  const logger = new MemoryLogger();
  return { keeper: new CheckpointKeeper({ store, registry, logger }), registry, saves, logger };
}

const stateOf = (second: number): ScalerState => ({ ...initialState(), at: at(second) });

describe("load", () => {
  test.each([
    { name: "nothing where there is no checkpoint", states: null, want: null },
    { name: "states of the past", states: new Map([["a/b", stateOf(5)]]), want: ["a/b"] },
    { name: "a state a little ahead", states: new Map([["a/b", stateOf(70)]]), want: ["a/b"] },
    {
      name: "not one far ahead",
      states: new Map([
        ["a/b", stateOf(5)],
        ["a/c", stateOf(71)],
      ]),
      want: ["a/b"],
    },
    { name: "nothing where all are far ahead", states: new Map([["a/c", stateOf(71)]]), want: null },
    { name: "an empty checkpoint as one that remembers", states: new Map(), want: [] },
  ])("takes up $name", async ({ states, want }) => {
    const { keeper } = aKeeper({ states, problem: null });
    const got = await keeper.load(at(10), seconds(60));
    expect(got === null ? null : [...got.keys()]).toEqual(want);
  });

  test("says why a checkpoint is not readable", async () => {
    const { keeper, logger } = aKeeper({ states: null, problem: "it is not JSON" });
    expect(keeper.isMemoryLost()).toBe(false);
    expect(await keeper.load(at(0), seconds(60))).toBeNull();
    expect(keeper.isMemoryLost()).toBe(true);
    expect(logger.lines).toEqual([
      {
        level: "warn",
        message: "checkpoint is not readable; state is rebuilt from the source",
        fields: { problem: "it is not JSON" },
      },
    ]);
  });
});

test("saves once a minute, and all policies", async () => {
  const { keeper, saves } = aKeeper({ states: null, problem: null });
  const counts: number[] = [];
  for (const second of [1, 30, 60, 61, 62, 120, 121]) {
    keeper.ticked(at(second));
    await settled();
    counts.push(saves.length);
  }
  expect(counts).toEqual([0, 0, 0, 1, 1, 1, 2]);
  expect([...(saves[0]?.keys() ?? [])]).toEqual(["ai-inference/embedder"]);
});

describe("before each save", () => {
  const KEY = "ai-inference/embedder";
  const cap = (second: number, perReplica: number): LearnedCapacity => ({
    ...NOTHING_LEARNED,
    cap: { at: at(second), perReplica },
  });
  const knowing = (learned: LearnedCapacity): ScalerState => ({ ...stateOf(60), learned });

  /** A keeper whose policy has learned `mine`, beside what is in the checkpoint. */
  function beside(mine: LearnedCapacity, theirs: LearnedCapacity, isByAnother = true) {
    const known = aKeeper({ states: new Map([[KEY, knowing(theirs)]]), problem: null, isByAnother });
    const entry = known.registry.entry(KEY);
    if (entry !== null) known.registry.rebuild(entry, knowing(mine));
    const learned = (): LearnedCapacity | undefined => known.registry.entry(KEY)?.state.learned;
    return { ...known, learned };
  }

  test("what another process learned later is taken over, saved, and said", async () => {
    const { keeper, saves, logger, learned } = beside(cap(10, 40), cap(20, 35));
    keeper.ticked(at(60));
    await keeper.save();
    expect(learned()).toEqual(cap(20, 35));
    expect(saves.at(-1)?.get(KEY)?.learned).toEqual(cap(20, 35));
    expect(logger.lines.map(({ message }) => message)).toEqual(["took over what another process learned"]);
    expect(keeper.isShared()).toBe(true);
  });

  test.each([
    { name: "it is of an earlier time", theirs: cap(5, 35), isByAnother: true, isShared: true },
    { name: "we wrote it ourselves", theirs: cap(20, 35), isByAnother: false, isShared: false },
  ])("nothing is taken over where $name", async ({ theirs, isByAnother, isShared }) => {
    const { keeper, registry, logger } = beside(cap(10, 40), theirs, isByAnother);
    const before = registry.entry(KEY)?.state;
    keeper.ticked(at(60));
    await keeper.save();
    expect(registry.entry(KEY)?.state).toBe(before);
    expect(logger.lines).toEqual([]);
    expect(keeper.isShared()).toBe(isShared);
  });

  test("a neighbour of the version before takes nothing away, since it has learned nothing", async () => {
    const { keeper, saves, learned } = beside(cap(10, 40), NOTHING_LEARNED);
    keeper.ticked(at(60));
    await keeper.save();
    expect(learned()).toEqual(cap(10, 40));
    expect(saves.at(-1)?.get(KEY)?.learned).toEqual(cap(10, 40));
  });

  test("a bad point that we gave up is not learned back from what we had told", async () => {
    const point = { at: at(30), perReplica: 20, readyReplicas: 3, signals: [] };
    const failed = { ...NOTHING_LEARNED, badPoints: [point] };
    const { keeper, registry, learned } = beside(failed, failed);
    await keeper.save();
    const entry = registry.entry(KEY);
    if (entry !== null) registry.rebuild(entry, knowing(NOTHING_LEARNED));
    await keeper.save();
    expect(learned()).toEqual(NOTHING_LEARNED);
  });

  test("a neighbour that has not written for five minutes is none", async () => {
    const { keeper } = beside(cap(10, 40), cap(10, 40));
    keeper.ticked(at(60));
    await keeper.save();
    keeper.ticked(at(359));
    expect(keeper.isShared()).toBe(true);
    keeper.ticked(at(360));
    expect(keeper.isShared()).toBe(false);
  });

  test("one that has become unreadable is said, and written anew", async () => {
    const { keeper, saves, logger } = aKeeper({ states: null, problem: "it is not JSON" });
    await keeper.save();
    expect(saves).toHaveLength(1);
    expect(logger.lines).toEqual([
      {
        level: "warn",
        message: "checkpoint is not readable; it is written anew",
        fields: { problem: "it is not JSON" },
      },
    ]);
  });
});
