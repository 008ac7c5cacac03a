// The checkpoint: which states are taken up, and when they are saved.

import { describe, expect, test } from "vitest";

import { CheckpointKeeper } from "../../../src/cli/checkpoint-keeper.ts";
import { Registry } from "../../../src/control/registry.ts";
import { initialState, type ScalerState } from "../../../src/domain/state.ts";
import { seconds } from "../../../src/domain/units.ts";
import type { LoadedStates } from "../../../src/ports/state-store.ts";
import { at, loadedPolicy, MemoryLogger } from "../../support/control-ports.ts";

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
  return { keeper: new CheckpointKeeper({ store, registry, logger }), saves, logger };
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
    expect(await keeper.load(at(0), seconds(60))).toBeNull();
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
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    counts.push(saves.length);
  }
  expect(counts).toEqual([0, 0, 0, 1, 1, 1, 2]);
  expect([...(saves[0]?.keys() ?? [])]).toEqual(["ai-inference/embedder"]);
});
