// The requests of a recording (requests.csv) as a trace.

import { CsvReader, countLines } from "./csv-reader.ts";
import type { ArrivalsTrace } from "./trace-data.ts";

const BATCH_MAX = 65_535;
const MODELS_MAX = 256;

/** Returns all requests with their models and batch dimensions; t = 0 is the recording's. Throws TraceProblem. */
export function parseRecording(bytes: Uint8Array): ArrivalsTrace {
  const csv = new CsvReader(bytes, ["send_s", "model", "batch"]);
  const rows = countLines(bytes);
  const times = new Float64Array(rows);
  const batches = new Uint16Array(rows);
  const ids = new Uint8Array(rows);
  const names: string[] = [];
  let count = 0;
  for (let last = 0; csv.nextRow(); count += 1) {
    const time = csv.decimal(0);
    if (time < last) csv.fail(`send_s is ${time}, must not be before the row before it (${last})`);
    last = time;
    times[count] = time;
    ids[count] = idOf(csv, names);
    batches[count] = csv.integer(2, 1, BATCH_MAX);
  }
  if (count === 0) csv.fail("there is no request");
  return {
    kind: "arrivals",
    times: times.subarray(0, count),
    batches: batches.subarray(0, count),
    models: { names, ids: ids.subarray(0, count) },
  };
}

/** Returns the index of the row's model, which it adds where it is new. */
function idOf(csv: CsvReader, names: string[]): number {
  const name = csv.text(1);
  if (name === "") csv.fail("model is empty");
  const known = names.indexOf(name);
  if (known >= 0) return known;
  if (names.length === MODELS_MAX) csv.fail(`${name} is a model too many; at most ${MODELS_MAX} are read`);
  names.push(name);
  return names.length - 1;
}
