// `tidemark profile import`: makes measured service times the block of a scenario.

import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

import { BATCH_SIZES, isBatchSize } from "../simulator/profiles/batch-size.ts";
import { type ProfileFormat, parseProfile } from "../simulator/profiles/parse-profile.ts";
import { serviceBlock } from "../simulator/profiles/service-block.ts";
import { badInput, environmentFailed, reasonOf } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";

/** A format's name is one of these. */
export const PROFILE_FORMATS: readonly ProfileFormat[] = [
  "triton-statistics",
  "perf-analyzer-csv",
  "perf-analyzer-json",
  "triton-trace",
  "table",
];

export type ImportOptions = {
  readonly format: ProfileFormat;
  /** An earlier sample of the statistics. */
  readonly before?: string | undefined;
  /** Batch dimension of the measured requests. */
  readonly batch?: string | undefined;
  readonly model?: string | undefined;
  /** Where the block goes; else to standard output. */
  readonly out?: string | undefined;
};

const UNPACKED_BYTES_MAX = 1024 ** 3;
const unpack = promisify(gunzip);

/** Prints or writes the block and returns 0. */
export async function runProfileImport(
  input: string,
  options: ImportOptions,
  output: Output,
): Promise<ExitCode> {
  const { format, out, model = null } = options;
  if (options.before !== undefined && format !== "triton-statistics")
    throw badInput(`--before is for the format triton-statistics; ${format} holds no running totals`);
  const batch = batchOf(options.batch);
  const before = options.before === undefined ? null : await readText(options.before);
  const parsed = parseProfile({ text: await readText(input), format, before, batch, model });
  if (!parsed.ok) {
    const { where, message } = parsed.failure;
    throw badInput(`${input}: ${where === null ? "" : `${where}: `}${message} (read as ${format})`);
  }
  const block = serviceBlock(parsed.value, `${input} (${format})`);
  if (out === undefined) output.stdout(block);
  else {
    await writeFile(out, block).catch((error: unknown) => {
      throw environmentFailed(`cannot write ${out}: ${reasonOf(error)}`, error);
    });
    output.stdout(`${out}: ${parsed.value.batches.length} batch sizes\n`);
  }
  return EXIT.yes;
}

function batchOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const batch = Number(text);
  if (isBatchSize(batch)) return batch;
  throw badInput(`--batch is ${text}, must be ${BATCH_SIZES}`);
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw badInput(`cannot read ${path}: ${reasonOf(error)}`, error);
  });
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString("utf8");
  const unpacked = await unpack(bytes, { maxOutputLength: UNPACKED_BYTES_MAX }).catch((error: unknown) => {
    throw badInput(`${path} cannot be unpacked: ${reasonOf(error)}`, error);
  });
  return unpacked.toString("utf8");
}
