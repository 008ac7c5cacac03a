// `tidemark trace`: brings traces of requests into our own form, and says what a trace is like.

import { writeFile } from "node:fs/promises";

import type { TraceFormat } from "../domain/scenario.ts";
import { encodeTrace } from "../simulator/traffic/tidemark-trace.ts";
import { modelsOf } from "../simulator/traffic/trace-data.ts";
import { type TraceStatistics, traceStatistics } from "../simulator/traffic/trace-statistics.ts";
import { badInput, environmentFailed, reasonOf } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { readTraceFile, sha256 } from "./trace-file.ts";

export type ConvertOptions = {
  readonly format: TraceFormat;
  readonly out: string;
  /** Where the numbers come from; else the input's path. */
  readonly source?: string | undefined;
  readonly licence?: string | undefined;
};

/** Writes `input` in our own form and returns 0. What holds no requests or their counts has no such form. */
export async function runTraceConvert(
  input: string,
  options: ConvertOptions,
  output: Output,
): Promise<ExitCode> {
  const { format, out, source = input, licence = "" } = options;
  if (format === "tidemark") throw badInput(`${input}: the format tidemark needs no conversion`);
  const { trace } = await readTraceFile(input, format);
  if (trace.kind === "clients" || trace.kind === "scraped") {
    const holds = trace.kind === "clients" ? "rates of clients" : "counters of servers";
    throw badInput(`${input} holds no requests but ${holds}; use it as it is, with format: ${format}`);
  }
  const bytes = encodeTrace(trace, { source, licence, sha256 });
  await writeFile(out, bytes).catch((error: unknown) => {
    throw environmentFailed(`cannot write ${out}: ${reasonOf(error)}`, error);
  });
  const { requests, lengthSeconds } = traceStatistics(trace);
  output.stdout(`${out}: ${requests} requests in ${rounded(lengthSeconds)} s, ${bytes.length} bytes\n`);
  return EXIT.yes;
}

export type ShowOptions = { readonly format: TraceFormat; readonly json?: boolean | undefined };

/** What `show` found; the keys in the order in which `--json` prints them. */
type TraceReport = {
  readonly kind: "TraceStatistics";
  readonly v: 1;
  readonly trace: TraceStatistics["kind"];
  readonly source: string | null;
  readonly licence: string | null;
  readonly models: readonly string[] | null;
} & Omit<TraceStatistics, "kind">;

/** Prints what the trace in `file` is like and returns 0. */
export async function runTraceShow(file: string, options: ShowOptions, output: Output): Promise<ExitCode> {
  const { trace, origin } = await readTraceFile(file, options.format);
  const { kind, ...numbers } = traceStatistics(trace);
  const report: TraceReport = {
    kind: "TraceStatistics",
    v: 1,
    trace: kind,
    source: origin?.source ?? null,
    licence: origin?.licence ?? null,
    models: modelsOf(trace),
    ...numbers,
  };
  output.stdout(options.json === true ? `${JSON.stringify(report)}\n` : reportLines(report));
  return EXIT.yes;
}

function reportLines(report: TraceReport): string {
  const { trace, source, licence, models, requests, lengthSeconds, binSeconds } = report;
  const rows: readonly (readonly [string, string | null])[] = [
    ["holds", trace],
    ["source", source],
    ["licence", licence],
    ["models", models?.join(", ") ?? null],
    ["requests", String(Math.round(requests))],
    ["length", `${rounded(lengthSeconds)} s`],
    ["mean rate", withUnit(report.meanRate, "requests/s")],
    [`peak rate over ${binSeconds} s`, withUnit(report.peakRate, "requests/s")],
    ["CV of inter-arrivals", withUnit(report.interarrivalCv, "")],
    [`Fano factor over ${binSeconds} s`, withUnit(report.fanoFactor, "")],
  ];
  const told = rows.filter(([, value]) => value !== null && value !== "");
  const width = Math.max(...told.map(([name]) => name.length));
  return told.map(([name, value]) => `${name.padEnd(width)}  ${value ?? ""}\n`).join("");
}

function withUnit(value: number | null, unit: string): string | null {
  return value === null ? null : `${rounded(value)} ${unit}`.trimEnd();
}

/** Enough digits to compare traces by. */
function rounded(value: number): string {
  return String(Number(value.toFixed(3)));
}
