// Recordings as written: complete at the end, nothing that looks complete before, and read as they were meant.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { GzipLines } from "../../../src/adapters/gzip-lines.ts";
import { readRecording } from "../../../src/adapters/recording-files.ts";
import { RecordingWriter } from "../../../src/adapters/recording-writer.ts";
import { seconds } from "../../../src/domain/units.ts";
import { at, EPOCH } from "../../support/builders.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function writer(): Promise<RecordingWriter> {
  return new RecordingWriter(join(await temporaryDirectory(), "ai.triton"), {
    target: { kind: "StatefulSet", namespace: "ai", name: "triton" },
    epoch: EPOCH,
    scrapeInterval: seconds(1),
    tick: { interval: seconds(15), lag: seconds(2) },
    source: "prometheus",
  });
}

describe("a recording", () => {
  test("is read as it was written", async () => {
    const writing = await writer();
    writing.scrape("triton-b", at(0.05), { text: "a 1\n" });
    writing.scrape("triton-a", at(1.004), { status: "connection refused" });
    writing.scrape("triton-b", at(0.05), { text: "again" });
    writing.scrape("triton-b", at(-1), { text: "from before" });
    writing.gone("triton-b", at(2));
    const source = "kube-state-metrics";
    writing.replicas(at(1), { desired: 2, ready: null, source });
    const asked = { query: "queued", value: 0.5 };
    writing.query(at(-2), { ...asked, policy: "ai/one" });
    writing.query(at(3), { ...asked, policy: "ai/one" });
    writing.query(at(3), { ...asked, policy: "ai/two" });
    expect(writing.totals).toEqual({ pods: 2, scrapes: 2, failed: 1 });
    await writing.finish(at(4), (pod) => pod === "triton-b");

    expect((await readdir(writing.directory)).toSorted()).toEqual([
      "queries.jsonl.gz",
      "replicas.jsonl.gz",
      "scenario.json",
      "scrapes-0.jsonl.gz",
      "scrapes-1.jsonl.gz",
    ]);
    const read = await readRecording(writing.directory);
    expect(read).toEqual({
      ok: true,
      value: {
        name: "ai.triton",
        scrapeInterval: 1000,
        initialReplicas: new Set([0]),
        pods: ["triton-b", "triton-a"],
        scrapes: new Map([
          [
            0,
            [
              { t: 50, text: "a 1\n", gone: false },
              { t: 2000, text: null, gone: true },
            ],
          ],
          [1, [{ t: 1004, text: null, gone: false }]],
        ]),
        replicas: [{ t: 1000, desired: 2, ready: null }],
        replicasFrom: "kube-state-metrics",
        queries: new Map([["queued", { times: [3000], values: [0.5] }]]),
        lastScrape: 2000,
      },
    });
    const scenario: unknown = JSON.parse(await readFile(join(writing.directory, "scenario.json"), "utf8"));
    expect(scenario).toMatchObject({
      epoch: "2026-01-05T00:00:00.000Z",
      durationSeconds: 4,
      tickIntervalMs: 15_000,
      tickLagMs: 2000,
      replicas: 2,
      target: { kind: "StatefulSet", namespace: "ai", name: "triton" },
    });
  });

  test("shows nothing under its final names before it is complete, and leaves nothing when it is dropped", async () => {
    const writing = await writer();
    const noise = Array.from({ length: 10_000 }, (_, index) => `a${(index * 7919) % 10_007} ${index}\n`).join(
      "",
    );
    writing.scrape("triton-0", at(1), { text: noise });
    await writing.write();
    expect(await readdir(writing.directory)).toEqual(["scrapes-0.jsonl.gz.partial"]);
    await writing.discard();
    await expect(readdir(writing.directory)).rejects.toThrow("ENOENT");
  });
});

test("a file of several pieces unpacks as one", async () => {
  const file = join(await temporaryDirectory(), "scrapes-0.jsonl.gz");
  const lines = new GzipLines(file);
  const texts = Array.from({ length: 40 }, (_, index) => String(index).repeat(5000));
  for (const text of texts) {
    lines.add({ text });
    await lines.write();
  }
  await lines.finish();

  const unpacked = gunzipSync(await readFile(file)).toString("utf8");
  expect(unpacked).toBe(texts.map((text) => `${JSON.stringify({ text })}\n`).join(""));
  expect(lines.length).toBe(unpacked.length);
});
