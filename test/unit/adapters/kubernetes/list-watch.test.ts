// What a list that is kept current by a watch asks for next, and what it believes.

import { describe, expect, test } from "vitest";
import { type ApiFailure, noAnswer } from "../../../../src/adapters/kubernetes/api-failure.ts";
import { ListWatch } from "../../../../src/adapters/kubernetes/list-watch.ts";
import { millis } from "../../../../src/domain/units.ts";

const NOW = { nowMs: 0, random: 0.5 };
const LONG = { watchedMs: 300_000, random: 0.5 };
const SHORT = { watchedMs: 10, random: 0.5 };

const failure = (status: number, retryAfterMs?: number): ApiFailure => ({
  status,
  reason: status === 410 ? "Expired" : "Scripted",
  message: "",
  retryAfter: retryAfterMs === undefined ? null : millis(retryAfterMs),
});

function listedAt(version: string, ...names: readonly string[]): ListWatch<string> {
  const core = new ListWatch<string>();
  core.listed({ version, items: names.map((name) => ({ key: name, version, item: name })) }, NOW);
  return core;
}

const known = (core: ListWatch<string>): readonly string[] =>
  [...core.items.values()].map(({ item }) => item);

describe("a watched list", () => {
  test("lists first, then watches from there", () => {
    const core = new ListWatch<string>();
    expect(core.start()).toEqual({ kind: "list", afterMs: 0 });
    const next = core.listed({ version: "7", items: [{ key: "a", version: "5", item: "a" }] }, NOW);
    expect(next).toEqual({ kind: "watch", afterMs: 0, version: "7" });
    expect({ known: known(core), isSynced: core.isSynced }).toEqual({ known: ["a"], isSynced: true });
  });

  test.each([
    {
      name: "an added object",
      change: { type: "ADDED", key: "b", version: "8", item: "b" },
      isNew: true,
      want: ["a", "b"],
    },
    {
      name: "a changed object",
      change: { type: "MODIFIED", key: "a", version: "8", item: "a2" },
      isNew: true,
      want: ["a2"],
    },
    {
      name: "a deleted object",
      change: { type: "DELETED", key: "a", version: "8", item: null },
      isNew: true,
      want: [],
    },
    {
      name: "an object that is no longer of interest",
      change: { type: "MODIFIED", key: "a", version: "8", item: null },
      isNew: true,
      want: [],
    },
    {
      name: "nothing of a repeated event",
      change: { type: "MODIFIED", key: "a", version: "7", item: "a" },
      isNew: false,
      want: ["a"],
    },
    {
      name: "nothing of a late event",
      change: { type: "MODIFIED", key: "a", version: "6", item: "old" },
      isNew: false,
      want: ["a"],
    },
    {
      name: "nothing of a late deletion",
      change: { type: "DELETED", key: "a", version: "6", item: null },
      isNew: false,
      want: ["a"],
    },
  ] as const)("takes in $name", ({ change, isNew, want }) => {
    const core = listedAt("7", "a");
    expect(core.changed(change)).toBe(isNew);
    expect(known(core)).toEqual(want);
  });

  test("a late word of a deleted object does not bring it back", () => {
    const core = listedAt("7", "a");
    core.changed({ type: "DELETED", key: "a", version: "9", item: null });
    expect(core.changed({ type: "MODIFIED", key: "a", version: "8", item: "a" })).toBe(false);
    expect(known(core)).toEqual([]);
    expect(core.changed({ type: "ADDED", key: "a", version: "10", item: "again" })).toBe(true);
  });

  test("events out of order end in the same state", () => {
    const events = [
      { type: "MODIFIED", key: "a", version: "8", item: "a8" },
      { type: "ADDED", key: "b", version: "9", item: "b9" },
      { type: "MODIFIED", key: "a", version: "10", item: "a10" },
      { type: "DELETED", key: "b", version: "11", item: null },
    ] as const;
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
      [2, 0, 3, 1, 1, 0],
    ]) {
      const core = listedAt("7", "a");
      for (const index of order) {
        const event = events[index];
        if (event !== undefined) core.changed(event);
      }
      expect(known(core)).toEqual(["a10"]);
    }
  });

  test("watches on from the newest it has heard of, bookmarks among it", () => {
    const core = listedAt("7", "a");
    core.changed({ type: "MODIFIED", key: "a", version: "9", item: "a9" });
    core.bookmarked("30");
    expect(core.watchEnded(null, LONG)).toEqual({ kind: "watch", afterMs: 125, version: "30" });
  });

  test("a watch that ends as it should is asked for again at about once", () => {
    expect(listedAt("7").watchEnded(null, LONG)).toEqual({ kind: "watch", afterMs: 125, version: "7" });
  });

  test("a server that closes at once is asked less and less often", () => {
    const core = listedAt("7");
    const waits = Array.from({ length: 9 }, () => core.watchEnded(null, SHORT).afterMs);
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000]);
  });

  test("one event makes it trusted again", () => {
    const core = listedAt("7");
    core.watchEnded(null, SHORT);
    core.watchEnded(null, SHORT);
    core.bookmarked("8");
    expect(core.watchEnded(noAnswer("CutOff", ""), SHORT).afterMs).toBe(125);
  });

  test("a past that is gone is listed again at about once, and not over and over", () => {
    const core = listedAt("7", "a");
    expect(core.watchEnded(failure(410), SHORT)).toEqual({ kind: "list", afterMs: 125 });
    core.listed({ version: "9", items: [] }, NOW);
    expect(core.watchEnded(failure(410), SHORT)).toEqual({ kind: "list", afterMs: 500 });
    core.listed({ version: "9", items: [] }, NOW);
    expect(core.watchEnded(failure(410), SHORT)).toEqual({ kind: "list", afterMs: 1000 });
  });

  test("a server that comes back without the past is listed at once, however long it was away", () => {
    const core = listedAt("7", "a");
    for (let tries = 0; tries < 6; tries += 1) core.watchEnded(noAnswer("NoConnection", ""), SHORT);
    expect(core.watchEnded(failure(410), SHORT)).toEqual({ kind: "list", afterMs: 125 });
  });

  test.each([
    { name: "longer than it would wait", retryAfterMs: 60_000, afterMs: 66_000 },
    { name: "shorter than it would wait", retryAfterMs: 100, afterMs: 500 },
  ])("stays away as long as the server asks: $name", ({ retryAfterMs, afterMs }) => {
    const core = new ListWatch<string>();
    expect(core.listFailed(failure(429, retryAfterMs), 0.5)).toEqual({ kind: "list", afterMs });
    const watching = listedAt("7");
    expect(watching.watchEnded(failure(429, retryAfterMs), SHORT).afterMs).toBe(afterMs);
  });

  test("an older list than what is known is not taken", () => {
    const core = listedAt("70", "a", "b");
    const next = core.listed({ version: "69", items: [] }, NOW);
    expect(next).toEqual({ kind: "list", afterMs: 500 });
    expect({ known: known(core), version: core.version }).toEqual({ known: ["a", "b"], version: "70" });
    expect(core.listed({ version: "71", items: [] }, NOW).kind).toBe("watch");
  });

  test("a server that has nothing but older lists for five minutes was restored from a backup", () => {
    const core = listedAt("70", "a");
    const older = { version: "9", items: [] };
    expect(core.listed(older, { nowMs: 1000, random: 0 }).kind).toBe("list");
    expect(core.listed(older, { nowMs: 300_999, random: 0 }).kind).toBe("list");
    expect(core.listed(older, { nowMs: 301_000, random: 0 })).toEqual({
      kind: "watch",
      afterMs: 0,
      version: "9",
    });
  });

  test("waits of several processes are spread", () => {
    const first = (random: number): number =>
      new ListWatch<string>().listFailed(failure(500), random).afterMs;
    expect([0, 0.5, 0.999].map(first)).toEqual([250, 500, 749.5]);
  });
});
