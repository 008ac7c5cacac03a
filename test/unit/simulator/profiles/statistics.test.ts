// Service times from Triton's statistics API: exact means by batch size, between two samples or since the load.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parseProfile } from "../../../../src/simulator/profiles/parse-profile.ts";
import { modelStats, statistics } from "./statistics-documents.ts";

const RECORDINGS = fileURLToPath(new URL("../../../../../shared/recordings/", import.meta.url));

function parse(text: string, options: { readonly before?: string; readonly model?: string } = {}) {
  const { before = null, model = null } = options;
  const parsed = parseProfile({ text, format: "triton-statistics", before, batch: null, model });
  if (!parsed.ok) throw parsed.failure;
  return parsed.value;
}

function failureOf(text: string, options: { readonly before?: string; readonly model?: string } = {}) {
  const { before = null, model = null } = options;
  const parsed = parseProfile({ text, format: "triton-statistics", before, batch: null, model });
  return parsed.ok ? null : { where: parsed.failure.where, message: parsed.failure.message };
}

const NOW = statistics([
  modelStats({ batches: { 1: { count: 10, infer: 100 }, 4: { count: 30, infer: 600 } } }),
]);
const BEFORE = statistics([
  modelStats({ batches: { 1: { count: 10, infer: 100 }, 4: { count: 10, infer: 100 } } }),
]);

describe("the statistics of a model", () => {
  test("give the mean of input, inference and output by batch size", () => {
    expect(parse(NOW)).toMatchObject({
      model: "m",
      batches: [
        { batch: 1, seconds: expect.closeTo(0.012, 9), executions: 10 },
        { batch: 4, seconds: expect.closeTo(0.022, 9), executions: 30 },
      ],
      spread: null,
      overheadSeconds: null,
    });
  });

  test("tell of two samples only what was executed between them", () => {
    expect(parse(NOW, { before: BEFORE }).batches).toEqual([
      { batch: 4, seconds: expect.closeTo(0.027, 9), executions: 20 },
    ]);
  });

  test("are those of the version that was asked last", () => {
    const old = modelStats({ version: "1", lastInference: 5, batches: { 1: { count: 1, infer: 1 } } });
    const fresh = modelStats({ version: "2", lastInference: 9, batches: { 2: { count: 1, infer: 8 } } });
    expect(parse(statistics([fresh, old]))).toMatchObject({ batches: [{ batch: 2 }] });
    expect(parse(statistics([old, fresh])).remarks[0]).toBe("Version 2, since it was loaded.");
  });

  test("are those of the model that is asked for", () => {
    const both = statistics([modelStats({ name: "a" }), modelStats({ name: "b" })]);
    expect(parse(both, { model: "b" }).model).toBe("b");
  });

  test.each([
    { name: "no JSON", text: "{", want: { where: null, message: expect.stringMatching(/^is not JSON: /) } },
    {
      name: "something else",
      text: "{}",
      want: { where: "model_stats", message: "is missing" },
    },
    {
      name: "no model",
      text: statistics([]),
      want: { where: null, message: "there is no model in it" },
    },
    {
      name: "several models and none chosen",
      text: statistics([modelStats({ name: "b" }), modelStats({ name: "a" })]),
      want: { where: null, message: "there are several models in it; choose one with --model: a, b" },
    },
    {
      name: "another model than the one chosen",
      text: NOW,
      model: "x",
      want: { where: null, message: "there is no model x in it; it has m" },
    },
    {
      name: "nothing executed",
      text: NOW,
      before: NOW,
      want: {
        where: null,
        message: "nothing of m was executed since the earlier sample; take the sample under load",
      },
    },
    {
      name: "samples the wrong way round",
      text: BEFORE,
      before: NOW,
      want: {
        where: null,
        message:
          "batch size 4 has fewer executions than in the earlier sample: the samples are the wrong way round, or the model was loaded anew between them",
      },
    },
    {
      name: "samples of two versions",
      text: NOW,
      before: statistics([modelStats({ version: "7" })]),
      want: { where: null, message: "the samples are of versions 7 and 1" },
    },
    {
      name: "a count that is none",
      text: NOW.replace('"compute_infer":{"count":30', '"compute_infer":{"count":"30"'),
      want: {
        where: "model_stats[0].batch_stats[1].compute_infer.count",
        message: "must be a number, at least 0",
      },
    },
    {
      name: "a batch size that no scenario can hold",
      text: NOW.replace('"batch_size":4', '"batch_size":0'),
      want: {
        where: "model_stats[0].batch_stats[1].batch_size",
        message: "is 0, must be a whole number from 1 to 65536",
      },
    },
  ])("are refused with $name", ({ text, model, before, want }) => {
    const options = {
      ...(model === undefined ? {} : { model }),
      ...(before === undefined ? {} : { before }),
    };
    expect(failureOf(text, options)).toEqual(want);
  });
});

const missing = existsSync(RECORDINGS) ? null : `no recordings at ${RECORDINGS}`;

describe.skipIf(missing !== null)(
  `a real server's statistics${missing === null ? "" : `: ${missing}`}`,
  () => {
    test.each([
      { folder: "P-batch-growth-steady", baseMs: 20, perItemMs: 4 },
      { folder: "Q-batch-growth-surge", baseMs: 30, perItemMs: 6 },
    ])("give the times that were configured: $folder", ({ folder, baseMs, perItemMs }) => {
      const lines = gunzipSync(readFileSync(`${RECORDINGS}${folder}/stats-0.jsonl.gz`)).toString("utf8");
      const samples = lines
        .trim()
        .split("\n")
        .map((line) => JSON.stringify(JSON.parse(line).json));
      const { batches } = parse(samples.at(-1) ?? "", { before: samples[0] ?? "" });
      const frequent = batches.filter(({ executions }) => (executions ?? 0) >= 20);
      expect(frequent.length).toBeGreaterThan(5);
      for (const { batch, seconds } of frequent) {
        const errorMs = seconds * 1000 - (baseMs + perItemMs * batch);
        expect(Math.abs(errorMs), `batch ${batch}: ${errorMs} ms`).toBeLessThan(1.5);
      }
    });
  },
);
