// Reads one file of a trace, packed or not.

import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

import type { TraceFormat } from "../domain/scenario.ts";
import { type ParsedTrace, parseTrace } from "../simulator/traffic/parse-trace.ts";
import { badInput, reasonOf } from "./command-error.ts";

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
const unpack = promisify(gunzip);

/** Returns the digest of our own traces' columns. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Returns the trace in a file; a recording may also be given as its directory. Throws a CommandError that names the
 * file and, where there is one, the line.
 */
export async function readTraceFile(path: string, format: TraceFormat): Promise<ParsedTrace> {
  const file = await traceFileOf(path, format);
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

/** Returns the file that a path means: itself or, of a recording given as its directory, the file of its requests. */
export async function traceFileOf(path: string, format: TraceFormat): Promise<string> {
  const found = await stat(path).catch((error: unknown) => unreadable(path, error));
  if (!found.isDirectory()) return path;
  if (format === "recording") return join(path, REQUESTS_FILE);
  throw badInput(`${path} is a directory; the format ${format} is read from a file`);
}

function unreadable(path: string, error: unknown): never {
  throw badInput(`cannot read ${path}: ${reasonOf(error)}`, error);
}
