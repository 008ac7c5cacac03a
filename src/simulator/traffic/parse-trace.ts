// Bytes → trace, whatever the format.

import { assertNever } from "../../domain/assert.ts";
import { failed, ok, type Result } from "../../domain/result.ts";
import type { TraceFormat } from "../../domain/scenario.ts";
import { parseAzureLlm } from "./azure-llm-trace.ts";
import { parseCounts } from "./counts-trace.ts";
import { parseMooncake } from "./mooncake-trace.ts";
import { parseRecording } from "./recording-trace.ts";
import { parseServegen } from "./servegen-trace.ts";
import { decodeTrace, type Sha256, type TraceOrigin } from "./tidemark-trace.ts";
import type { TraceData } from "./trace-data.ts";
import { TraceProblem } from "./trace-problem.ts";

/** A trace, and where it comes from: only our own form tells. */
export type ParsedTrace = { readonly trace: TraceData; readonly origin: TraceOrigin | null };

type ParseOptions = { readonly format: TraceFormat; readonly sha256: Sha256 };

/** Returns the trace in unpacked bytes, or the first thing wrong with it. Parsers are strict: nothing is guessed. */
export function parseTrace(bytes: Uint8Array, options: ParseOptions): Result<ParsedTrace, TraceProblem> {
  try {
    return ok(parse(bytes, options));
  } catch (error) {
    if (error instanceof TraceProblem) return failed(error);
    throw error;
  }
}

function parse(bytes: Uint8Array, { format, sha256 }: ParseOptions): ParsedTrace {
  if (format !== "tidemark") return { trace: parseForeign(bytes, format), origin: null };
  const { trace, header } = decodeTrace(bytes, sha256);
  return { trace, origin: { source: header.source, licence: header.licence } };
}

function parseForeign(bytes: Uint8Array, format: Exclude<TraceFormat, "tidemark">): TraceData {
  switch (format) {
    case "recording":
      return parseRecording(bytes);
    case "azure-llm":
      return parseAzureLlm(bytes);
    case "mooncake":
      return parseMooncake(bytes);
    case "servegen":
      return parseServegen(bytes);
    case "counts-per-second":
      return parseCounts(bytes, 1);
    case "counts-per-minute":
      return parseCounts(bytes, 60);
    default:
      return assertNever(format);
  }
}
