// The decision log: order, rotation with opening lines, bounded size, and losses that are said and not fatal.

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, onTestFinished, test } from "vitest";

import { JsonlDecisions, type JsonlDecisionsOptions } from "../../../src/adapters/jsonl-decisions.ts";
import { noDecisions } from "../../../src/adapters/no-decisions.ts";
import type { LogRecord } from "../../../src/domain/record.ts";
import { initialState } from "../../../src/domain/state.ts";
import { millis, minutes } from "../../../src/domain/units.ts";
import { at } from "../../support/builders.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { until } from "../../support/until.ts";

function record(number: number, key = "ai/embedder"): LogRecord {
  const document = { number, padding: "x".repeat(100) };
  return { kind: "policy", v: 1, version: "0.1.0", at: at(number), policy: key, policyHash: "h", document };
}

const stateRecord: LogRecord = {
  kind: "state",
  v: 1,
  version: "0.1.0",
  at: at(0),
  policy: "ai/opening",
  state: initialState(),
};

async function logging(overrides: Partial<JsonlDecisionsOptions> = {}) {
  const directory = await temporaryDirectory();
  const file = join(directory, "decisions.jsonl");
  const problems: string[] = [];
  const sink = new JsonlDecisions({
    file,
    maxFileSizeBytes: 1_000_000,
    maxFiles: 3,
    onNewFile: () => [stateRecord],
    onProblem: (problem) => problems.push(problem),
    ...overrides,
  });
  onTestFinished(() => sink.close());
  return { sink, file, directory, problems };
}

/** Returns per line its record's number, or its kind. */
async function linesOf(file: string): Promise<unknown[]> {
  const text = await readFile(file, "utf8");
  expect(text.endsWith("\n")).toBe(true);
  const lines = text.slice(0, -1).split("\n");
  return lines.map((line) => {
    const { kind, document } = JSON.parse(line);
    return document?.number ?? kind;
  });
}

describe("the decision log", () => {
  test("writes one line a record, keys in order, instants as text", async () => {
    const { sink, file } = await logging();
    sink.write({
      kind: "policy",
      v: 1,
      version: "0.1.0",
      at: at(1),
      policy: "a/b",
      policyHash: "h",
      document: {},
    });
    await sink.flush();
    expect(await readFile(file, "utf8")).toBe(
      '{"kind":"policy","v":1,"version":"0.1.0","at":"2026-01-05T00:00:01.000Z","policy":"a/b","policyHash":"h","document":{}}\n',
    );
  });

  test("keeps the order of a thousand records", async () => {
    const { sink, file } = await logging();
    for (let number = 0; number < 1000; number++) sink.write(record(number));
    await sink.close();
    expect(await linesOf(file)).toEqual(Array.from({ length: 1000 }, (_, number) => number));
  });

  test("starts a new file before one grows too large, each with the opening lines, and keeps so many", async () => {
    const maxFileSizeBytes = 1500;
    const { sink, file, directory } = await logging({ maxFileSizeBytes });
    for (let number = 0; number < 30; number++) {
      sink.write(record(number));
      if (number % 7 === 0) await sink.flush();
    }
    await sink.close();
    expect((await readdir(directory)).sort()).toEqual([
      "decisions.jsonl",
      "decisions.jsonl.1",
      "decisions.jsonl.2",
    ]);
    const files = [`${file}.2`, `${file}.1`, file];
    const contents = await Promise.all(files.map(linesOf));
    for (const [index, lines] of contents.entries()) {
      expect(lines[0]).toBe("state");
      expect((await readFile(files[index] ?? "")).length).toBeLessThanOrEqual(maxFileSizeBytes);
    }
    const numbers = contents.flat().filter((line) => line !== "state");
    expect(numbers).toEqual(
      Array.from({ length: numbers.length }, (_, index) => 30 - numbers.length + index),
    );
  });

  test("asks for the opening lines at the moment of the record that follows them", async () => {
    let asked = 0;
    const { sink, file } = await logging({
      maxFileSizeBytes: 600,
      onNewFile: () => {
        asked++;
        return [record(100 + asked)];
      },
    });
    for (let number = 0; number < 4; number++) {
      sink.write(record(number));
      expect(asked).toBe(number < 2 ? 0 : number - 1);
    }
    await sink.close();
    expect(await linesOf(file)).toEqual([102, 3]);
  });

  test.each([
    { existing: "rotate" as const, files: ["decisions.jsonl", "decisions.jsonl.1"] },
    { existing: "replace" as const, files: ["decisions.jsonl"] },
  ])("does not continue another process's file: $existing", async ({ existing, files }) => {
    const { sink, file, directory } = await logging({ existing });
    await writeFile(file, "older\n");
    sink.write(record(1));
    await sink.close();
    expect((await readdir(directory)).sort()).toEqual(files);
    expect(await linesOf(file)).toEqual([1]);
  });

  test("loses records while the file cannot be written, says so once, and goes on in a file of its own", async () => {
    const directory = join(await temporaryDirectory(), "missing");
    const file = join(directory, "decisions.jsonl");
    const { sink, problems } = await logging({ file, retryAfter: millis(0) });
    for (const number of [1, 2]) {
      sink.write(record(number));
      await sink.flush();
    }
    expect(problems).toEqual([
      expect.stringMatching(/^decisions are not recorded in .*decisions\.jsonl: ENOENT/),
    ]);
    await mkdir(directory);
    sink.write(record(3));
    await sink.flush();
    // Also the opening line of the second attempt was lost.
    expect(problems.slice(1)).toEqual([
      expect.stringMatching(/^decisions are recorded again in .*; lost lines: 3$/),
    ]);
    expect(await linesOf(file)).toEqual(["state", 3]);
  });

  test("does not try again before its time after a failed write", async () => {
    const { sink, problems } = await logging({ file: "/nowhere/decisions.jsonl", retryAfter: minutes(5) });
    sink.write(record(1));
    await sink.flush();
    sink.write(record(2));
    await sink.flush();
    expect(problems).toHaveLength(1);
  });

  test("loses what does not fit into the queue, and then begins a new file", async () => {
    const { sink, file, problems } = await logging({ maxQueueBytes: 850 });
    for (let number = 0; number < 10; number++) sink.write(record(number));
    await sink.flush();
    expect(problems[0]).toMatch(/the queue is full$/);
    expect(problems[1]).toMatch(/lost lines: 7$/);
    sink.write(record(10));
    await sink.close();
    expect(await linesOf(`${file}.1`)).toEqual([0, 1, 2]);
    expect(await linesOf(file)).toEqual(["state", 10]);
  });

  test("takes nothing more once it is closed", async () => {
    const { sink, file } = await logging();
    sink.write(record(1));
    await sink.close();
    sink.write(record(2));
    await sink.flush();
    expect(await linesOf(file)).toEqual([1]);
  });

  test("survives a full disk, cutting off what did not fit", async ({ skip }) => {
    // Every write to this device fails with ENOSPC.
    const problems: string[] = [];
    const full = "/dev/full";
    if (!(await readdir("/dev").catch(() => [] as string[])).includes("full")) skip("no /dev/full");
    const { sink } = await logging({ file: full, existing: "replace", onProblem: (it) => problems.push(it) });
    sink.write(record(1));
    await until(() => problems.length > 0, "the problem");
    expect(problems).toEqual([expect.stringMatching(/ENOSPC/)]);
    await sink.flush();
  });
});

test("no decision log takes records and finishes at once", async () => {
  noDecisions.write(stateRecord);
  await expect(noDecisions.flush()).resolves.toBeUndefined();
  await expect(noDecisions.close()).resolves.toBeUndefined();
});
