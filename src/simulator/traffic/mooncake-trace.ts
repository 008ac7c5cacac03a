// Mooncake's traces: a JSON object a line, each a request with its milliseconds since the start.

import { countLines } from "./csv-reader.ts";
import type { ArrivalsTrace } from "./trace-data.ts";
import { TraceProblem } from "./trace-problem.ts";

const NEWLINE = 0x0a;

/** Returns the arrivals; t = 0 is the trace's. Lengths and blocks are not read. Throws TraceProblem. */
export function parseMooncake(bytes: Uint8Array): ArrivalsTrace {
  const decoder = new TextDecoder();
  const times = new Float64Array(countLines(bytes));
  let [count, last] = [0, 0];
  for (let at = 0; at < bytes.length; count += 1) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    const milliseconds = timestampOf(decoder.decode(bytes.subarray(at, end)), count + 1);
    if (milliseconds < last) {
      throw new TraceProblem(
        count + 1,
        `timestamp is ${milliseconds}, must not be before the line before it (${last})`,
      );
    }
    last = milliseconds;
    times[count] = milliseconds / 1000;
    at = end + 1;
  }
  if (count === 0) throw new TraceProblem(null, "there is no request");
  return { kind: "arrivals", times: times.subarray(0, count), batches: null, models: null };
}

function timestampOf(text: string, line: number): number {
  const value = parse(text, line);
  const timestamp: unknown =
    typeof value === "object" && value !== null && "timestamp" in value ? value.timestamp : undefined;
  if (typeof timestamp === "number" && timestamp >= 0) return timestamp;
  throw new TraceProblem(
    line,
    `timestamp is ${JSON.stringify(timestamp) ?? "missing"}, must be a number of milliseconds, at least 0`,
  );
}

function parse(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TraceProblem(line, "is not JSON");
  }
}
