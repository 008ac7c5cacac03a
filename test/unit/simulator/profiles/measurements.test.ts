// Service times from perf_analyzer, from Triton's trace and from a plain table.

import { describe, expect, test } from "vitest";
import { type ProfileFormat, parseProfile } from "../../../../src/simulator/profiles/parse-profile.ts";

type Options = { readonly batch?: number; readonly model?: string };

function parse(format: ProfileFormat, text: string, { batch, model }: Options = {}) {
  return parseProfile({ text, format, before: null, batch: batch ?? null, model: model ?? null });
}

function valueOf(format: ProfileFormat, text: string, options: Options = {}) {
  const parsed = parse(format, text, options);
  if (!parsed.ok) throw parsed.failure;
  return parsed.value;
}

const CSV = [
  "Concurrency,Inferences/Second,Client Send,Network+Server Send/Recv,Server Queue,Server Compute Input,Server Compute Infer,Server Compute Output,Client Recv,p50 latency",
  "8,900,60,700,3000,200,7000,50,3,9000",
  "1,200,50,400,20,100,4000,30,2,4600",
  "",
].join("\n");

const EXPORT = JSON.stringify({
  experiments: [
    {
      experiment: { mode: "concurrency", value: 4 },
      requests: [{ timestamp: 0, response_timestamps: [9e6] }],
    },
    {
      experiment: { mode: "concurrency", value: 1 },
      requests: [
        { timestamp: 1e9, response_timestamps: [1e9 + 1e6, 1e9 + 9e6] },
        { timestamp: 2e9, response_timestamps: [2e9 + 11e6] },
        { timestamp: 3e9, response_timestamps: [] },
      ],
    },
  ],
});

const stamps = (id: number, startMs: number, endMs: number) => ({
  id,
  timestamps: [
    { name: "COMPUTE_END", ns: endMs * 1e6 },
    { name: "QUEUE_START", ns: 0 },
    { name: "COMPUTE_START", ns: startMs * 1e6 },
  ],
});
const named = (id: number, model: string) => ({ id, model_name: model, model_version: 1 });
const TRACE = [
  stamps(1, 100, 109),
  named(1, "m"),
  named(2, "m"),
  stamps(2, 200, 211),
  ...[3, 4].flatMap((id) => [named(id, "m"), stamps(id, 300, 320)]),
  named(9, "m"),
];

describe("perf_analyzer's table", () => {
  test("gives the execution at the least load, and what is around it", () => {
    expect(valueOf("perf-analyzer-csv", CSV, { batch: 4 })).toMatchObject({
      batches: [{ batch: 4, seconds: expect.closeTo(0.004_13, 9), executions: null }],
      spread: null,
      overheadSeconds: expect.closeTo(0.000_452, 9),
      remarks: ["Concurrency 1, the least of 2 measured.", expect.stringContaining("dynamic batcher")],
    });
  });

  test("is read by request rate as well", () => {
    const rates = CSV.replace("Concurrency", "Request Rate");
    expect(valueOf("perf-analyzer-csv", rates, { batch: 1 }).remarks[0]).toBe(
      "Request Rate 1, the least of 2 measured.",
    );
  });
});

describe("perf_analyzer's export", () => {
  test("gives mean and spread of the latencies at the least load, to the last response", () => {
    expect(valueOf("perf-analyzer-json", EXPORT, { batch: 2 })).toMatchObject({
      batches: [{ batch: 2, seconds: expect.closeTo(0.01, 9), executions: 2 }],
      spread: expect.closeTo(Math.SQRT2 / 10, 9),
      overheadSeconds: null,
    });
  });
});

describe("Triton's trace", () => {
  test("gives means by batch size, and the spread about them", () => {
    expect(valueOf("triton-trace", JSON.stringify(TRACE))).toMatchObject({
      model: "m",
      batches: [
        { batch: 1, seconds: expect.closeTo(0.01, 9), executions: 2 },
        { batch: 2, seconds: expect.closeTo(0.02, 9), executions: 1 },
      ],
      spread: expect.closeTo(Math.SQRT2 / 10, 9),
    });
  });

  test("counts each request by the batch dimension that is given", () => {
    const { batches } = valueOf("triton-trace", JSON.stringify(TRACE), { batch: 8 });
    expect(batches.map(({ batch }) => batch)).toEqual([8, 16]);
  });

  test("keeps models apart that were executed at once", () => {
    const both = [...TRACE, named(7, "other"), stamps(7, 100, 900)];
    expect(valueOf("triton-trace", JSON.stringify(both), { model: "m" }).batches[0]?.seconds).toBeCloseTo(
      0.01,
      9,
    );
  });
});

describe("a plain table", () => {
  test("gives its rows by batch size", () => {
    expect(valueOf("table", 'batch,ms\r\n8,30.5\r\n\r\n1,"10"\r\n')).toEqual({
      model: null,
      batches: [
        { batch: 1, seconds: 0.01, executions: null },
        { batch: 8, seconds: 0.0305, executions: null },
      ],
      spread: null,
      overheadSeconds: null,
      remarks: [],
    });
  });
});

const NEEDS_BATCH = "it does not hold the batch size; give that of the requests with --batch";

test.each<{ name: string; format: ProfileFormat; text: string; batch?: number; says: string }>([
  {
    name: "a table of perf_analyzer without a batch size",
    format: "perf-analyzer-csv",
    text: CSV,
    says: NEEDS_BATCH,
  },
  { name: "an export without a batch size", format: "perf-analyzer-json", text: EXPORT, says: NEEDS_BATCH },
  {
    name: "a table of perf_analyzer without the server's times",
    format: "perf-analyzer-csv",
    text: "Concurrency,Client Send\n1,5\n",
    batch: 1,
    says: "line 1: there is no column Server Compute Input; there are Concurrency, Client Send",
  },
  {
    name: "a table of perf_analyzer whose server was not asked",
    format: "perf-analyzer-csv",
    text: CSV.replace("100,4000,30", "0,0,0"),
    batch: 1,
    says: "line 3: the server's compute times are 0; measure again, with server statistics",
  },
  {
    name: "an export without experiments",
    format: "perf-analyzer-json",
    text: '{"experiments":[]}',
    batch: 1,
    says: "experiments: there is no experiment in it",
  },
  {
    name: "an answer before its request",
    format: "perf-analyzer-json",
    text: EXPORT.replace('"timestamp":2000000000', '"timestamp":9000000000'),
    batch: 1,
    says: "experiments[1].requests[1].response_timestamps[0]: is not after the request",
  },
  {
    name: "an export in which nothing was answered",
    format: "perf-analyzer-json",
    text: '{"experiments":[{"experiment":{"mode":"concurrency","value":1},"requests":[]}]}',
    batch: 1,
    says: "experiments[0].requests: no request was answered",
  },
  {
    name: "a trace without times",
    format: "triton-trace",
    text: JSON.stringify([named(1, "m")]),
    says: "no request of m has COMPUTE_START and COMPUTE_END; trace with level=TIMESTAMPS",
  },
  { name: "a trace that is no list", format: "triton-trace", text: "{}", says: "must be an array" },
  {
    name: "a table of names only",
    format: "table",
    text: "batch,ms\n",
    says: "there must be a line of column names and a row below it",
  },
  {
    name: "a batch size twice",
    format: "table",
    text: "batch,ms\n1,2\n1,3\n",
    says: "line 3: batch 1 has a row further up",
  },
  {
    name: "half a batch",
    format: "table",
    text: "batch,ms\n1.5,2\n",
    says: "line 2: batch is 1.5, must be a whole number from 1 to 65536",
  },
  {
    name: "no time at all",
    format: "table",
    text: "batch,ms\n1,0\n",
    says: "line 2: ms is 0, must be above 0",
  },
  {
    name: "a time that is none",
    format: "table",
    text: "batch,ms\n1,fast\n",
    says: 'line 2: ms is "fast", must be a number, at least 0',
  },
])("$name is refused", ({ format, text, batch, says }) => {
  const parsed = parse(format, text, batch === undefined ? {} : { batch });
  if (parsed.ok) throw new Error("was not refused");
  const { where, message } = parsed.failure;
  expect(where === null ? message : `${where}: ${message}`).toBe(says);
});
