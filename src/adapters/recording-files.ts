// Reads a recording of Triton servers from its directory. Strict: the first thing wrong is named as file:line.

import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";

import { z } from "zod";

import { failed, ok, type Result } from "../domain/result.ts";
import type { ReplicaSource } from "../domain/samples.ts";
import { type Millis, millis, seconds } from "../domain/units.ts";

const SCRAPES_FILE = /^scrapes-(0|[1-9][0-9]{0,5})\.jsonl\.gz$/;
const REPLICAS_FILE = "replicas.jsonl.gz";
const QUERIES_FILE = "queries.jsonl.gz";
const SCENARIO_FILE = "scenario.json";
/** The status of a line that is no attempt: from then on the replica does not exist. */
export const GONE = "gone";
/** The most that a file may hold when it is unpacked. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;

/**
 * One attempt to read a replica's metrics, `t` after the start; a null text = it failed. Or, where `gone`, no attempt:
 * the replica does not exist any more.
 */
export type RecordedScrape = { readonly t: Millis; readonly text: string | null; readonly gone: boolean };
/** Replica counts from `t` on; null = unknown. */
export type RecordedReplicas = {
  readonly t: Millis;
  readonly desired: number | null;
  readonly ready: number | null;
};
/** What a query gave, in the order of time. */
export type RecordedQuery = { readonly times: readonly Millis[]; readonly values: readonly number[] };

export type Recording = {
  readonly name: string;
  readonly scrapeInterval: Millis;
  /** Replicas that are there from the start. */
  readonly initialReplicas: ReadonlySet<number>;
  /** By replica, in their order; each in the order of time. */
  readonly scrapes: ReadonlyMap<number, readonly RecordedScrape[]>;
  /** The pods by replica, where the recording names them; empty else. */
  readonly pods: readonly string[];
  /** Counts as recorded, where the recording has them; empty else. */
  readonly replicas: readonly RecordedReplicas[];
  /** Where those counts came from. */
  readonly replicasFrom: ReplicaSource;
  /** By the text of the query. */
  readonly queries: ReadonlyMap<string, RecordedQuery>;
  /** The time of the last scrape. */
  readonly lastScrape: Millis;
};

const count = z.int().min(0).max(1_000_000);
const time = z.number().min(0).max(10_000_000_000);
const scenarioSchema = z.object({
  scrapeIntervalMs: z.number().positive(),
  initialReplicas: z.array(count),
  pods: z.array(z.string().min(1)).default([]),
  replicasFrom: z.enum(["pods", "static", "kubernetes", "kube-state-metrics"]).default("pods"),
});
const scrapeSchema = z.object({ t: time, status: z.union([z.number(), z.string()]), text: z.string() });
const replicasSchema = z.object({ t: time, desired: count.nullable(), ready: count.nullable() });
const querySchema = z.object({ t: time, policy: z.string(), query: z.string(), value: z.number() });

/** A file, and in a file of lines the line, that cannot be used; thrown inside this file only. */
class Unusable extends Error {}

/** Returns the recording in a directory, or what is wrong with it, as `file:line: what`. */
export async function readRecording(directory: string): Promise<Result<Recording, string>> {
  try {
    return ok(await read(directory));
  } catch (error) {
    if (error instanceof Unusable) return failed(error.message);
    throw error;
  }
}

async function read(directory: string): Promise<Recording> {
  const names = await readdir(directory).catch((error: unknown) => unusable(directory, reasonOf(error)));
  const scenarioFile = join(directory, SCENARIO_FILE);
  const scenario = parse(scenarioSchema, (await bytesOf(scenarioFile)).toString("utf8"), scenarioFile);
  const scrapes = new Map<number, readonly RecordedScrape[]>();
  for (const { name, replica } of scrapeFiles(names)) {
    scrapes.set(replica, await readScrapes(join(directory, name)));
  }
  const lastScrape = millis(Math.max(-1, ...[...scrapes.values()].map((list) => list.at(-1)?.t ?? -1)));
  if (lastScrape < 0) unusable(directory, "holds no scrape (scrapes-<replica>.jsonl.gz)");
  const replicas = names.includes(REPLICAS_FILE) ? await readReplicas(join(directory, REPLICAS_FILE)) : [];
  return {
    name: basename(directory),
    scrapeInterval: millis(scenario.scrapeIntervalMs),
    initialReplicas: new Set(scenario.initialReplicas),
    pods: scenario.pods,
    scrapes,
    replicas,
    replicasFrom: scenario.replicasFrom,
    queries: names.includes(QUERIES_FILE) ? await readQueries(join(directory, QUERIES_FILE)) : new Map(),
    lastScrape,
  };
}

function scrapeFiles(names: readonly string[]): { readonly name: string; readonly replica: number }[] {
  return names
    .flatMap((name) => {
      const replica = SCRAPES_FILE.exec(name)?.[1];
      return replica === undefined ? [] : [{ name, replica: Number(replica) }];
    })
    .sort((one, other) => one.replica - other.replica);
}

async function readScrapes(file: string): Promise<readonly RecordedScrape[]> {
  return ascending(file, await readLines(file, scrapeSchema)).map(({ t, status, text }) => ({
    t: seconds(t),
    text: status === 200 ? text : null,
    gone: status === GONE,
  }));
}

async function readReplicas(file: string): Promise<readonly RecordedReplicas[]> {
  return ascending(file, await readLines(file, replicasSchema)).map((line) => ({
    ...line,
    t: seconds(line.t),
  }));
}

/** Policies that share a query share its samples. */
async function readQueries(file: string): Promise<ReadonlyMap<string, RecordedQuery>> {
  const found = new Map<string, { readonly times: Millis[]; readonly values: number[] }>();
  for (const [index, { t, query, value }] of (await readLines(file, querySchema)).entries()) {
    const known = found.get(query) ?? { times: [], values: [] };
    found.set(query, known);
    const [at, last] = [seconds(t), known.times.at(-1) ?? -1];
    if (at < last) unusable(`${file}:${index + 1}`, `t is ${t}, must not be before the line before it`);
    if (at === last) continue;
    known.times.push(at);
    known.values.push(value);
  }
  return found;
}

async function readLines<Line>(file: string, schema: z.ZodType<Line>): Promise<readonly Line[]> {
  const packed = await bytesOf(file);
  const lines = unpack(file, packed).split("\n");
  if (lines.pop() !== "")
    unusable(`${file}:${lines.length + 1}`, "the last line does not end with a newline");
  return lines.map((line, index) => parse(schema, line, `${file}:${index + 1}`));
}

function unpack(file: string, packed: Buffer): string {
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_FILE_BYTES }).toString("utf8");
  } catch (error) {
    return unusable(file, `cannot be unpacked: ${reasonOf(error)}`);
  }
}

function ascending<Line extends { readonly t: number }>(
  file: string,
  lines: readonly Line[],
): readonly Line[] {
  let last = -1;
  for (const [index, { t }] of lines.entries()) {
    const at = seconds(t);
    if (at <= last) unusable(`${file}:${index + 1}`, `t is ${t}, must be after the line before it`);
    last = at;
  }
  return lines;
}

function parse<Value>(schema: z.ZodType<Value>, text: string, place: string): Value {
  let plain: unknown;
  try {
    plain = JSON.parse(text);
  } catch (error) {
    return unusable(place, `is not JSON: ${reasonOf(error)}`);
  }
  const parsed = schema.safeParse(plain);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return unusable(place, `${issue?.path.join(".") || "line"}: ${issue?.message ?? "invalid"}`);
}

function bytesOf(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => unusable(file, reasonOf(error)));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unusable(place: string, what: string): never {
  throw new Unusable(`${place}: ${what}`);
}
