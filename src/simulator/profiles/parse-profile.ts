// Text → service times, whatever the format.

import { assertNever } from "../../domain/assert.ts";
import { failed, ok, type Result } from "../../domain/result.ts";
import { parseExecutionTable } from "./execution-table.ts";
import { parsePerfAnalyzerCsv } from "./perf-analyzer-csv.ts";
import { parsePerfAnalyzerJson } from "./perf-analyzer-json.ts";
import { ProfileProblem } from "./profile-problem.ts";
import type { ServiceMeasurement } from "./service-measurement.ts";
import { parseTritonStatistics } from "./triton-statistics.ts";
import { parseTritonTrace } from "./triton-trace.ts";

export type ProfileFormat =
  | "triton-statistics"
  | "perf-analyzer-csv"
  | "perf-analyzer-json"
  | "triton-trace"
  | "table";

export type ProfileInput = {
  readonly text: string;
  readonly format: ProfileFormat;
  /** Of statistics: an earlier sample; else null. */
  readonly before: string | null;
  /** Batch dimension of each request, where the format does not hold it. */
  readonly batch: number | null;
  /** Which one is meant where there are several. */
  readonly model: string | null;
};

/** Returns what was measured, or the first thing wrong with it. */
export function parseProfile(input: ProfileInput): Result<ServiceMeasurement, ProfileProblem> {
  try {
    return ok(parse(input));
  } catch (error) {
    if (error instanceof ProfileProblem) return failed(error);
    throw error;
  }
}

function parse(input: ProfileInput): ServiceMeasurement {
  const { text, format, batch } = input;
  switch (format) {
    case "triton-statistics":
      return parseTritonStatistics(input);
    case "perf-analyzer-csv":
      return parsePerfAnalyzerCsv(text, batch);
    case "perf-analyzer-json":
      return parsePerfAnalyzerJson(text, batch);
    case "triton-trace":
      return parseTritonTrace(text, input);
    case "table":
      return parseExecutionTable(text);
    default:
      return assertNever(format);
  }
}
