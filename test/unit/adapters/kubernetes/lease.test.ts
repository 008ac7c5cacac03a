// Who may lead, by what was seen of a Lease and when. Scripted time; two processes whose clocks have nothing in common.

import { describe, expect, test } from "vitest";
import {
  type ElectionState,
  electionStep,
  isLeading,
  type LeaseRecord,
  NO_ELECTION,
  saw,
  wrote,
} from "../../../../src/adapters/kubernetes/lease.ts";

const record = (parts: Partial<LeaseRecord> = {}): LeaseRecord => ({
  holder: "other",
  durationSeconds: 15,
  renewedText: "2026-01-05T00:00:00.000000Z",
  acquiredText: "2026-01-05T00:00:00.000000Z",
  transitions: 0,
  version: "1",
  ...parts,
});
const me = (nowMs: number) => ({ identity: "me", nowMs });

describe("a lease", () => {
  test.each([
    { name: "that is not there is created", seen: null, kind: "create" },
    { name: "that nobody holds is taken", seen: record({ holder: null }), kind: "take" },
    { name: "of another is left alone at first sight", seen: record(), kind: "wait" },
    {
      name: "of another is left alone however old its times look",
      seen: record({ renewedText: "1999-01-01T00:00:00.000000Z" }),
      kind: "wait",
    },
    { name: "of ours is renewed", seen: record({ holder: "me" }), kind: "renew" },
  ])("$name", ({ seen, kind }) => {
    expect(electionStep(saw(NO_ELECTION, seen, me(1_000_000)), me(1_000_000)).kind).toBe(kind);
  });

  test("of another is taken when it has not changed for its time on our own clock", () => {
    let state = saw(NO_ELECTION, record(), me(1000));
    state = saw(state, record({ version: "2" }), me(9000));
    expect(electionStep(state, me(15_999)).kind).toBe("wait");
    expect(electionStep(state, me(16_000)).kind).toBe("take");
  });

  test("that is renewed is waited for anew", () => {
    let state = saw(NO_ELECTION, record(), me(1000));
    state = saw(state, record({ renewedText: "2026-01-05T00:00:02.000000Z" }), me(15_000));
    expect(electionStep(state, me(29_999)).kind).toBe("wait");
    expect(electionStep(state, me(30_000)).kind).toBe("take");
  });

  test("counts from when the write began, and no longer than its holder may act", () => {
    const state = wrote(record({ holder: "me" }), { identity: "me", beganMs: 5000 });
    expect([5000, 14_999, 15_000].map((nowMs) => isLeading(state, nowMs))).toEqual([true, true, false]);
  });

  test("that another took is lost at once", () => {
    const led = wrote(record({ holder: "me" }), { identity: "me", beganMs: 5000 });
    expect(isLeading(saw(led, record({ holder: "other" }), me(6000)), 6000)).toBe(false);
    expect(isLeading(saw(led, null, me(6000)), 6000)).toBe(false);
  });

  test("that only we remember writing is not led by: its answer may have been lost", () => {
    const state = saw(NO_ELECTION, record({ holder: "me" }), me(5000));
    expect(isLeading(state, 5000)).toBe(false);
    expect(electionStep(state, me(5000)).kind).toBe("renew");
  });
});

/** One process that tries every two seconds of its own clock, against a record that only `store` holds. */
type Process = { readonly identity: string; readonly skewMs: number; state: ElectionState };

test("two processes with any clocks never lead at once, whoever falls silent", () => {
  let overlaps = 0;
  let leaders = 0;
  for (let seed = 1; seed <= 200; seed += 1) {
    let random = seed;
    const chance = (): number => {
      random = (random * 48_271) % 2_147_483_647;
      return random / 2_147_483_647;
    };
    let store: LeaseRecord | null = null;
    let version = 1;
    const processes: Process[] = ["a", "b"].map((identity) => ({
      identity,
      skewMs: Math.floor(chance() * 1e9),
      state: NO_ELECTION,
    }));
    for (let trueMs = 0; trueMs < 120_000; trueMs += 500) {
      for (const process of processes) {
        const nowMs = trueMs + process.skewMs;
        const who = { identity: process.identity, nowMs };
        // Cut off for a while, or merely not its turn.
        if (chance() < 0.6) continue;
        process.state = saw(process.state, store, who);
        const step = electionStep(process.state, who);
        if (step.kind === "wait" || chance() < 0.2) continue;
        version += 1;
        store = record({
          holder: process.identity,
          renewedText: `${process.identity}${version}`,
          version: String(version),
        });
        // The write has happened; its answer may be lost.
        if (chance() < 0.8) process.state = wrote(store, { identity: process.identity, beganMs: nowMs });
      }
      const leading = processes.filter(({ state, skewMs }) => isLeading(state, trueMs + skewMs)).length;
      leaders += leading;
      if (leading > 1) overlaps += 1;
    }
  }
  expect({ overlaps, someLed: leaders > 10_000 }).toEqual({ overlaps: 0, someLed: true });
});
