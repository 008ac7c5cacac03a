// The files that a simulation can write: its ticks, its requests and its decision log.

import { withInstantsAsText } from "../domain/instant.ts";
import type { LogRecord } from "../domain/record.ts";
import type { TimelineRow } from "../domain/simulation-result.ts";
import { REQUEST_STATUSES } from "../simulator/requests/request-table.ts";
import type { WorkloadRequests } from "../simulator/simulate.ts";
import { LineFile } from "./line-file.ts";

const TIMELINE_COLUMNS = [
  "timeSeconds",
  "candidate",
  "workload",
  "arrivalRate",
  "pending",
  "desired",
  "ready",
  "starting",
  "draining",
  "recommendedRaw",
  "published",
  "latencyP99Ms",
  "reason",
] as const satisfies readonly (keyof TimelineRow)[];
const REQUEST_COLUMNS = ["arrivalSeconds", "model", "replica", "batch", "status", "latencyMs"];

/** Microseconds; what is finer is rounding. */
const DECIMALS = 6;

/** Returns the line of a decision log, as the service writes it. */
export function logLine(record: LogRecord): string {
  return JSON.stringify(withInstantsAsText(record));
}

/** Writes the ticks of a run for each candidate, in the order given. */
export function writeTimeline(file: string, rows: Iterable<TimelineRow>): void {
  const lines = new LineFile(file);
  lines.write(TIMELINE_COLUMNS.join(","));
  for (const row of rows) lines.write(TIMELINE_COLUMNS.map((column) => cell(row[column])).join(","));
  lines.close();
}

/** Writes the requests of a run, by arrival; at one instant in the order of the workloads. */
export function writeRequests(file: string, workloads: readonly WorkloadRequests[]): void {
  const lines = new LineFile(file);
  lines.write(REQUEST_COLUMNS.join(","));
  const rows = workloads.map(() => 0);
  for (let next = earliest(workloads, rows); next >= 0; next = earliest(workloads, rows)) {
    const requests = workloads[next];
    const row = rows[next] ?? 0;
    if (requests !== undefined) lines.write(requestLine(requests, row));
    rows[next] = row + 1;
  }
  lines.close();
}

/** The workload whose next request comes first, −1 where none has any. */
function earliest(workloads: readonly WorkloadRequests[], rows: readonly number[]): number {
  let [found, time] = [-1, Number.POSITIVE_INFINITY];
  for (const [index, { table }] of workloads.entries()) {
    const row = rows[index] ?? 0;
    const arrival = table.arrivalSeconds[row] ?? Number.POSITIVE_INFINITY;
    if (row < table.length && arrival < time) [found, time] = [index, arrival];
  }
  return found;
}

function requestLine({ table, models, pods }: WorkloadRequests, row: number): string {
  const latencySeconds = table.latencySeconds[row] ?? Number.NaN;
  return [
    cell(table.arrivalSeconds[row] ?? 0),
    cell(models[table.model[row] ?? 0] ?? ""),
    cell(pods[table.server[row] ?? -1] ?? ""),
    cell(table.batch[row] ?? 0),
    cell(REQUEST_STATUSES[table.status[row] ?? 0] ?? ""),
    Number.isNaN(latencySeconds) ? "" : cell(latencySeconds * 1000),
  ].join(",");
}

/** Unknown is empty; text with a comma, quote or line end is quoted. */
function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(Number(value.toFixed(DECIMALS)));
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
