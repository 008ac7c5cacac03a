// Each format of traces: what a good file gives, and what is wrong with a bad one, with its line.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { TraceFormat } from "../../../../src/domain/scenario.ts";
import { parseTrace } from "../../../../src/simulator/traffic/parse-trace.ts";
import type { TraceData } from "../../../../src/simulator/traffic/trace-data.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const RECORDING = "send_s,model,replica,batch,http_status,latency_ms\n";
const AZURE = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
const SERVEGEN = "client_id,window_start_s,rate_rps,cv,arrival_dist,shape,scale\n";

type Case = { readonly name: string; readonly format: TraceFormat; readonly text: string };

function parse({ format, text }: Case) {
  return parseTrace(new TextEncoder().encode(text), { format, sha256 });
}

describe("a trace", () => {
  test.each<Case & { want: TraceData }>([
    {
      name: "of a recording",
      format: "recording",
      text: `${RECORDING}0.0066,tagger,0,1,200,45.15\n0.0113,other,1,8,0,\n0.0113,tagger,1,2,503,1.2\n`,
      want: {
        kind: "arrivals",
        times: Float64Array.of(0.0066, 0.0113, 0.0113),
        batches: Uint16Array.of(1, 8, 2),
        models: { names: ["tagger", "other"], ids: Uint8Array.of(0, 1, 0) },
      },
    },
    {
      name: "of a recording with other columns and without a last newline",
      format: "recording",
      text: "model,batch,send_s\nm,65535,1e-3",
      want: {
        kind: "arrivals",
        times: Float64Array.of(0.001),
        batches: Uint16Array.of(65_535),
        models: { names: ["m"], ids: Uint8Array.of(0) },
      },
    },
    {
      name: "of Azure, 2023: 100 ns digits, Windows' line ends, over midnight of a leap day",
      format: "azure-llm",
      text: `${AZURE}2024-02-28 23:59:59.9799600,4808,10\r\n2024-02-29 00:00:00.0319600,3180,8\r\n2024-03-01 00:00:00.9799600,1,1`,
      want: {
        kind: "arrivals",
        times: Float64Array.of(0, 0.052, 86_401),
        batches: null,
        models: null,
      },
    },
    {
      name: "of Azure, 2024: a suffix, fractions of any length",
      format: "azure-llm",
      text: `${AZURE}2024-05-10 00:00:00.009930+00:00,1,2\n2024-05-10 00:00:01+00:00,1,2\n`,
      want: {
        kind: "arrivals",
        times: Float64Array.of(0, 0.99007),
        batches: null,
        models: null,
      },
    },
    {
      name: "of Mooncake",
      format: "mooncake",
      text: '{"timestamp": 0, "input_length": 6758, "hash_ids": [0, 1]}\n{"timestamp": 27482, "output_length": 2}\n',
      want: { kind: "arrivals", times: Float64Array.of(0, 27.482), batches: null, models: null },
    },
    {
      name: "of ServeGen",
      format: "servegen",
      text: `${SERVEGEN}0,0,0.805,0.569701,Gamma,3.0811,0.360032\n0,1200,9.5e-05,2,Weibull,0.5,1\n7,0,1,,,,\n`,
      want: {
        kind: "clients",
        windowSeconds: 600,
        clients: [
          [
            { startSeconds: 0, rate: 0.805, cv: 0.569701, law: "gamma" },
            { startSeconds: 1200, rate: 0.000095, cv: 2, law: "weibull" },
          ],
          [{ startSeconds: 0, rate: 1, cv: 1, law: "exponential" }],
        ],
      },
    },
    {
      name: "of counts per second",
      format: "counts-per-second",
      text: "52 55\n0\t4294967295 \r\n",
      want: { kind: "counts", stepSeconds: 1, counts: Uint32Array.of(52, 55, 0, 4_294_967_295) },
    },
    {
      name: "of counts per minute",
      format: "counts-per-minute",
      text: "7",
      want: { kind: "counts", stepSeconds: 60, counts: Uint32Array.of(7) },
    },
  ])("$name is read", (row) => {
    const parsed = parse(row);
    expect(parsed.ok ? plain(parsed.value.trace) : parsed.failure.message).toEqual(plain(row.want));
    expect(parsed.ok && parsed.value.origin).toBe(null);
  });

  test.each<Case & { line: number | null; says: string }>([
    {
      name: "a recording without batch dimensions",
      format: "recording",
      text: "send_s,model\n1,m\n",
      line: 1,
      says: "there is no column batch; the header must name send_s, model, batch",
    },
    {
      name: "an empty recording",
      format: "recording",
      text: RECORDING,
      line: 1,
      says: "there is no request",
    },
    {
      name: "a row that is cut off",
      format: "recording",
      text: `${RECORDING}0.1,m,0,1,200,5\n0.2,m,0\n`,
      line: 3,
      says: "3 fields, the header has 6",
    },
    {
      name: "a time that is none",
      format: "recording",
      text: `${RECORDING}-0.1,m,0,1,200,5\n`,
      line: 2,
      says: 'send_s is "-0.1", must be a number, at least 0',
    },
    {
      name: "an infinite time",
      format: "recording",
      text: `${RECORDING}1e999,m,0,1,200,5\n`,
      line: 2,
      says: 'send_s is "1e999", must be a number, at least 0',
    },
    {
      name: "times that go back",
      format: "recording",
      text: `${RECORDING}2,m,0,1,200,5\n1.5,m,0,1,200,5\n`,
      line: 3,
      says: "send_s is 1.5, must not be before the row before it (2)",
    },
    {
      name: "a batch dimension of 0",
      format: "recording",
      text: `${RECORDING}2,m,0,0,200,5\n`,
      line: 2,
      says: 'batch is "0", must be a whole number from 1 to 65535',
    },
    {
      name: "a model without a name",
      format: "recording",
      text: `${RECORDING}2,,0,1,200,5\n`,
      line: 2,
      says: "model is empty",
    },
    {
      name: "more models than can be told apart",
      format: "recording",
      text: `send_s,model,batch\n${Array.from({ length: 257 }, (_, model) => `1,m${model},1\n`).join("")}`,
      line: 258,
      says: "m256 is a model too many; at most 256 are read",
    },
    ...[
      { name: "a date that is none", written: "2023-02-29 18:15:46.68" },
      { name: "an hour that is none", written: "2023-02-28 24:00:00" },
      { name: "a time zone", written: "2023-02-28 18:15:46.68+02:00" },
      { name: "a point without a fraction", written: "2023-02-28 18:15:46." },
      { name: "a letter T", written: "2023-02-28T18:15:46" },
      { name: "a short instant", written: "2023-02-28" },
    ].map(({ name, written }) => ({
      name,
      format: "azure-llm" as const,
      text: `${AZURE}${written},374,44\n`,
      line: 2,
      says: `TIMESTAMP is "${written}", must be YYYY-MM-DD HH:MM:SS.fffffff, UTC`,
    })),
    {
      name: "instants that go back",
      format: "azure-llm",
      text: `${AZURE}2023-11-16 18:17:03,1,1\n2023-11-16 18:17:02,1,1\n`,
      line: 3,
      says: "TIMESTAMP 2023-11-16 18:17:02 is before that of the row before it",
    },
    { name: "no Azure request", format: "azure-llm", text: AZURE, line: 1, says: "there is no request" },
    { name: "no JSON", format: "mooncake", text: '{"timestamp": 0}\n\n', line: 2, says: "is not JSON" },
    {
      name: "no timestamp",
      format: "mooncake",
      text: '{"time": 0}\n',
      line: 1,
      says: "timestamp is missing, must be a number of milliseconds, at least 0",
    },
    {
      name: "timestamps that go back",
      format: "mooncake",
      text: '{"timestamp": 5}\n{"timestamp": 4}\n',
      line: 2,
      says: "timestamp is 4, must not be before the line before it (5)",
    },
    { name: "no Mooncake request", format: "mooncake", text: "", line: null, says: "there is no request" },
    {
      name: "an unknown law",
      format: "servegen",
      text: `${SERVEGEN}0,0,1,1,Pareto,1,1\n`,
      line: 2,
      says: "arrival_dist is Pareto, must be Gamma, Weibull or empty",
    },
    {
      name: "a law without its coefficient",
      format: "servegen",
      text: `${SERVEGEN}0,0,1,,Gamma,1,1\n`,
      line: 2,
      says: 'cv is "", must be a number, at least 0',
    },
    {
      name: "windows that overlap",
      format: "servegen",
      text: `${SERVEGEN}0,0,1,1,Gamma,1,1\n0,300,1,1,Gamma,1,1\n`,
      line: 3,
      says: "window_start_s is 300, must be at least 600 after the client's window before (0)",
    },
    {
      name: "a client whose rows are apart",
      format: "servegen",
      text: `${SERVEGEN}0,0,1,1,,,\n1,0,1,1,,,\n0,600,1,1,,,\n`,
      line: 4,
      says: "client 0 has rows further up; its rows must stand together",
    },
    {
      name: "a client without a name",
      format: "servegen",
      text: `${SERVEGEN},0,1,1,,,\n`,
      line: 2,
      says: "client_id is empty",
    },
    { name: "no client", format: "servegen", text: SERVEGEN, line: 1, says: "there is no client" },
    {
      name: "a count that is not whole",
      format: "counts-per-second",
      text: "1 2\n3 4.5\n",
      line: 2,
      says: '"." in count 4; counts are whole numbers',
    },
    {
      name: "a count below zero",
      format: "counts-per-minute",
      text: "1 -2",
      line: 1,
      says: '"-" in count 2; counts are whole numbers',
    },
    {
      name: "a count too large",
      format: "counts-per-second",
      text: "1\n4294967296",
      line: 2,
      says: "count 2 is above 4294967295",
    },
    { name: "no count", format: "counts-per-second", text: " \n", line: null, says: "there is no count" },
  ])("with $name is refused", (row) => {
    const parsed = parse(row);
    expect(parsed.ok ? null : { line: parsed.failure.line, says: parsed.failure.message }).toEqual({
      line: row.line,
      says: row.says,
    });
  });
});

/** With lists for typed arrays, and times to the nanosecond. */
function plain(trace: TraceData): unknown {
  if (trace.kind === "clients" || trace.kind === "scraped") return trace;
  if (trace.kind === "counts") return { ...trace, counts: [...trace.counts] };
  const { times, batches, models } = trace;
  return {
    ...trace,
    times: [...times].map((time) => Number(time.toFixed(9))),
    batches: batches && [...batches],
    models: models && { names: models.names, ids: [...models.ids] },
  };
}
