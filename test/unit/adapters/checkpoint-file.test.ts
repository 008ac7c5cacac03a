// The checkpoint: what is saved comes back, and what cannot be used is reported, kept aside and not trusted.

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { checkpointFile } from "../../../src/adapters/checkpoint-file.ts";
import { withInstantsAsText } from "../../../src/domain/instant.ts";
import { NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import { NO_STARTUP_MEMORY } from "../../../src/domain/startup-times.ts";
import { initialState, type ScalerState } from "../../../src/domain/state.ts";
import { at } from "../../support/builders.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const FULL: ScalerState = {
  ...initialState({ remembers: true }),
  at: at(60),
  startedAt: at(0),
  lastAnswer: 7,
  lastReplicas: { at: at(60), desired: 7, ready: 5 },
  desiredChanges: [{ at: at(0), desired: 3 }],
  recommendations: [{ at: at(60), replicas: 7 }],
  readySince: at(10),
  probe: { at: at(30), from: 8, to: 7, arrivalsPerSecond: 12.5, failedAt: at(31) },
  failedProbes: [{ at: at(5), to: 6, arrivalsPerSecond: 0.1 }],
  learned: {
    ...NOTHING_LEARNED,
    badPoints: [{ at: at(50), perReplica: 20, readyReplicas: 3, signals: ["latency"] }],
    instancesPerPod: { at: at(50), since: at(40), instances: 2 },
  },
  startups: {
    times: { at: at(55), starts: 4, weights: [{ bucket: 37, weight: 2.5 }] },
    lastSeen: { at: at(60), desired: 7 },
    underWay: [{ at: at(20), count: 2, isTimed: true }],
  },
};

async function aFile(): Promise<string> {
  return join(await temporaryDirectory(), "state.json");
}

describe("the checkpoint", () => {
  test("gives back what was saved, with instants as text in the file", async () => {
    const file = await aFile();
    const states = new Map([
      ["ai/embedder", FULL],
      ["ai/other", initialState()],
    ]);
    await checkpointFile(file).save(states);
    expect(await checkpointFile(file).load()).toEqual({ states, problem: null, isByAnother: true });
    const { kind, v, version, ...rest } = JSON.parse(await readFile(file, "utf8"));
    expect({ kind, v, version }).toEqual({ kind: "checkpoint", v: 2, version: "0.1.0" });
    expect(rest.states["ai/embedder"].recommendations).toEqual([
      { at: "2026-01-05T00:01:00.000Z", replicas: 7 },
    ]);
    expect(rest.states["ai/embedder"].probe.failedAt).toBe("2026-01-05T00:00:31.000Z");
  });

  test("tells whether it was this process that wrote it last", async () => {
    const file = await aFile();
    const [one, other] = [checkpointFile(file), checkpointFile(file)];
    await one.save(new Map([["a/b", FULL]]));
    expect((await one.load()).isByAnother).toBe(false);
    expect((await other.load()).isByAnother).toBe(true);
    await other.save(new Map([["a/b", FULL]]));
    expect((await one.load()).isByAnother).toBe(true);
  });

  test("of version 1, from before capacity and start-up times were learned, is read with nothing learned", async () => {
    const file = await aFile();
    const { held, breaches, learned, startups, serviceChangedAt, isMemoryLost, ...old } = FULL;
    void [held, breaches, learned, startups, serviceChangedAt, isMemoryLost];
    const document = { kind: "checkpoint", v: 1, version: "0.1.0", states: { "a/b": old } };
    await writeFile(file, JSON.stringify(withInstantsAsText(document)));
    const states = new Map([["a/b", { ...FULL, learned: NOTHING_LEARNED, startups: NO_STARTUP_MEMORY }]]);
    expect(await checkpointFile(file).load()).toEqual({ states, problem: null, isByAnother: true });
  });

  test("is read from before bad points named signals and the busiest pod was dated", async () => {
    const file = await aFile();
    await checkpointFile(file).save(new Map([["ai/embedder", FULL]]));
    const document = JSON.parse(await readFile(file, "utf8"));
    const { learned } = document.states["ai/embedder"];
    for (const point of learned.badPoints) delete point.signals;
    learned.instancesPerPod = 2;
    await writeFile(file, JSON.stringify(document));
    const { states, problem } = await checkpointFile(file).load();
    expect(problem).toBeNull();
    expect(states?.get("ai/embedder")?.learned).toEqual({
      ...FULL.learned,
      badPoints: FULL.learned.badPoints.map((point) => ({ ...point, signals: [] })),
      instancesPerPod: null,
    });
  });

  test("is a first start, not a fault, where there is none", async () => {
    expect(await checkpointFile(await aFile()).load()).toEqual({ states: null, problem: null });
  });

  test("keeps the last of several saves, and leaves no temporary file", async () => {
    const file = await aFile();
    const store = checkpointFile(file);
    const answers = [1, 2, 3, 4, 5];
    await Promise.all(answers.map((lastAnswer) => store.save(new Map([["a/b", { ...FULL, lastAnswer }]]))));
    expect((await store.load()).states?.get("a/b")?.lastAnswer).toBe(5);
    expect(await readdir(join(file, ".."))).toEqual(["state.json"]);
  });

  test.each([
    {
      name: "cut off",
      content: '{"kind":"checkpoint","v":1,"sta',
      problem: /not usable, kept as .*\.corrupt: .*JSON/,
    },
    { name: "empty", content: "", problem: /not usable, kept as .*\.corrupt: .*JSON/ },
    {
      name: "of a later version",
      content: '{"kind":"checkpoint","v":3,"version":"9.0.0","writer":"w","states":{}}',
      problem: /\.corrupt: v: it is of version 3, and this program knows 2$/,
    },
    {
      name: "with a state that lacks a field",
      content: '{"kind":"checkpoint","v":2,"version":"0.1.0","writer":"w","states":{"a/b":{"version":1}}}',
      problem: /\.corrupt: states\.a\/b\.restored: /,
    },
    {
      name: "of version 1 with a state that lacks a field of that time",
      content: '{"kind":"checkpoint","v":1,"version":"0.1.0","states":{"a/b":{"version":1}}}',
      problem: /\.corrupt: states\.a\/b\.restored: /,
    },
  ])("does not trust a file that is $name, and keeps it aside", async ({ content, problem }) => {
    const file = await aFile();
    await writeFile(file, content);
    const loaded = await checkpointFile(file).load();
    expect(loaded).toEqual({ states: null, problem: expect.stringMatching(problem) });
    expect(await readFile(`${file}.corrupt`, "utf8")).toBe(content);
    expect(await checkpointFile(file).load()).toEqual({ states: null, problem: null });
  });

  test("rejects a save that cannot be written, and saves again when it can", async () => {
    const directory = join(await temporaryDirectory(), "missing");
    const store = checkpointFile(join(directory, "state.json"));
    await expect(store.save(new Map())).rejects.toThrow(/ENOENT/);
    await mkdir(directory);
    await store.save(new Map([["a/b", FULL]]));
    expect((await store.load()).states?.get("a/b")).toEqual(FULL);
  });
});
