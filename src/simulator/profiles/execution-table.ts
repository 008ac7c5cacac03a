// A plain table of execution times: `batch,ms`.

import { BATCH_SIZES, isBatchSize } from "./batch-size.ts";
import { readCsvTable } from "./csv-table.ts";
import type { ServiceMeasurement } from "./service-measurement.ts";

/** Returns the table. Throws ProfileProblem. */
export function parseExecutionTable(text: string): ServiceMeasurement {
  const seen = new Set<number>();
  const batches = readCsvTable(text).map((row) => {
    const batch = row.amount("batch");
    const ms = row.amount("ms");
    if (!isBatchSize(batch)) row.fail(`batch is ${batch}, must be ${BATCH_SIZES}`);
    if (ms === 0) row.fail("ms is 0, must be above 0");
    if (seen.has(batch)) row.fail(`batch ${batch} has a row further up`);
    seen.add(batch);
    return { batch, seconds: ms / 1000, executions: null };
  });
  return {
    model: null,
    batches: batches.sort((one, other) => one.batch - other.batch),
    spread: null,
    overheadSeconds: null,
    remarks: [],
  };
}
