// Reads one file of a trace, packed or not.

import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

import type { TraceFormat } from "../domain/scenario.ts";
import { type ParsedTrace, parseTrace } from "../simulator/traffic/parse-trace.ts";
import { badInput, reasonOf } from "./command-error.ts";
import { readScrapedTraffic } from "./scraped-traffic.ts";

/** A format's name is one of these. */
export const TRACE_FORMATS: readonly TraceFormat[] = [
  "recording",
  "azure-llm",
  "mooncake",
  "servegen",
  "counts-per-second",
  "counts-per-minute",
  "tidemark",
];

/** The most that a trace may hold when it is unpacked. */
const UNPACKED_BYTES_MAX = 2 * 1024 ** 3;
const REQUESTS_FILE = "requests.csv.gz";
const SCENARIO_FILE = "scenario.json";
const SCRAPES_FILE = /^scrapes-[0-9]+\.jsonl\.gz$/;
const unpack = promisify(gunzip);

/** Returns the digest of our own traces' columns. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Returns the trace in a file. A recording may also be given as its directory: its traffic is then its list of requests
 * or, where it has none, what its scrapes show. Throws a CommandError that names the file and, where there is one, the
 * line.
 */
export async function readTraceFile(path: string, format: TraceFormat): Promise<ParsedTrace> {
  const [file = path, ...others] = await traceFilesOf(path, format);
  if (others.length > 0) return { trace: await readScrapedTraffic(path), origin: null };
  const parsed = parseTrace(await unpackedBytes(file), { format, sha256 });
  if (parsed.ok) return parsed.value;
  const { line, message } = parsed.failure;
  throw badInput(`${file}${line === null ? "" : `:${line}`}: ${message} (read as ${format})`);
}

async function unpackedBytes(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: unknown) => unreadable(file, error));
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!packed) return bytes;
  return await unpack(bytes, { maxOutputLength: UNPACKED_BYTES_MAX }).catch((error: unknown) => {
    throw badInput(`${file} cannot be unpacked: ${reasonOf(error)}`, error);
  });
}

/**
 * Returns the files that a path means: itself or, of a recording given as its directory, the file of its requests;
 * without that one, its scenario and its scrapes.
 */
export async function traceFilesOf(path: string, format: TraceFormat): Promise<readonly string[]> {
  const found = await stat(path).catch((error: unknown) => unreadable(path, error));
  if (!found.isDirectory()) return [path];
  if (format !== "recording") {
    throw badInput(`${path} is a directory; the format ${format} is read from a file`);
  }
  const names = await readdir(path).catch((error: unknown) => unreadable(path, error));
  const scrapes = names.filter((name) => SCRAPES_FILE.test(name)).sort();
  if (names.includes(REQUESTS_FILE)) return [join(path, REQUESTS_FILE)];
  if (scrapes.length > 0) return [SCENARIO_FILE, ...scrapes].map((name) => join(path, name));
  throw badInput(`${path} is no recording: there is neither ${REQUESTS_FILE} nor scrapes-<replica>.jsonl.gz`);
}

function unreadable(path: string, error: unknown): never {
  throw badInput(`cannot read ${path}: ${reasonOf(error)}`, error);
}
