// perf_analyzer's table (`-f`): means of requests at growing load. Its times are microseconds.

import { type CsvRow, readCsvTable } from "./csv-table.ts";
import { ProfileProblem } from "./profile-problem.ts";
import type { ServiceMeasurement } from "./service-measurement.ts";

const US_PER_SECOND = 1e6;
const COMPUTE = ["Server Compute Input", "Server Compute Infer", "Server Compute Output"];
const AROUND = ["Client Send", "Network+Server Send/Recv", "Client Recv"];

/**
 * Returns the row of the least load, where executions are least in each other's way. The file does not say how large
 * its requests were: `batch` does; and without a dynamic batcher that is what was executed. Throws ProfileProblem.
 */
export function parsePerfAnalyzerCsv(text: string, batch: number | null): ServiceMeasurement {
  if (batch === null)
    throw new ProfileProblem(null, "it does not hold the batch size; give that of the requests with --batch");
  const [first, ...others] = readCsvTable(text);
  if (first === undefined) throw new ProfileProblem(null, "there is no row");
  const load = first.optionalAmount("Concurrency") === null ? "Request Rate" : "Concurrency";
  const least = others.reduce((one, other) => (other.amount(load) < one.amount(load) ? other : one), first);
  const seconds = sum(least, COMPUTE);
  if (seconds === 0) least.fail("the server's compute times are 0; measure again, with server statistics");
  return {
    model: null,
    batches: [{ batch, seconds, executions: null }],
    spread: null,
    overheadSeconds: sum(least, AROUND),
    remarks: [
      `${load} ${least.amount(load)}, the least of ${others.length + 1} measured.`,
      "True only without a dynamic batcher: else its times are means over batches of unknown sizes.",
    ],
  };
}

function sum(row: CsvRow, columns: readonly string[]): number {
  return columns.reduce((total, column) => total + row.amount(column), 0) / US_PER_SECOND;
}
