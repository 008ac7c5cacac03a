// NVIDIA's published tables of Triton measurements: what was measured, section by section.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** One row of a table. */
export type MeasuredPoint = {
  /** Batch dimension of each request. */
  readonly batch: number;
  readonly clients: number;
  readonly inferencesPerSecond: number;
  readonly latencySeconds: number;
  /** Compute input, inference and output; null = not in the table. */
  readonly executionSeconds: number | null;
  /** Client and network; null = not in the table. */
  readonly clientSeconds: number | null;
};

/** One table: Offline = one client and growing batches; Online = growing numbers of clients. */
export type MeasuredSection = {
  readonly source: string;
  readonly title: string;
  /** Framework and model, as in the source's path. */
  readonly family: string;
  readonly isOnline: boolean;
  /** Null = not in the table. */
  readonly instances: number | null;
  readonly maxBatch: number | null;
  readonly points: readonly MeasuredPoint[];
};

type Row = ReadonlyMap<string, string>;

/** Returns the sections of a table file, in its order. */
export function readSections(file: string): readonly MeasuredSection[] {
  const [header = [], ...lines] = csvRows(gunzipSync(readFileSync(file)).toString("utf8"));
  const rows: readonly Row[] = lines.map(
    (line) => new Map(header.map((name, index) => [name, line[index] ?? ""])),
  );
  const sections = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.get("source")}\n${row.get("section")}`;
    const section = sections.get(key) ?? [];
    section.push(row);
    sections.set(key, section);
  }
  return [...sections.values()].map(sectionOf);
}

/** Returns the table that was measured at the same model, machine and format by one client. */
export function offlineOf(
  online: MeasuredSection,
  sections: readonly MeasuredSection[],
): MeasuredSection | undefined {
  const title = online.title.replace(/^Online/, "Offline");
  return sections.find((section) => section.source === online.source && section.title === title);
}

function sectionOf(rows: readonly Row[]): MeasuredSection {
  const [first] = rows;
  const source = first?.get("source") ?? "";
  const title = first?.get("section") ?? "";
  const [framework = "", , model = ""] = source.split("/");
  return {
    source,
    title,
    family: `${framework} ${model}`,
    isOnline: title.startsWith("Online"),
    instances: optional(first?.get("instances")),
    maxBatch: optional(first?.get("max_batch")),
    points: rows.map(pointOf),
  };
}

function pointOf(row: Row): MeasuredPoint {
  const seconds = (names: readonly string[]): number | null => {
    const values = names.map((name) => optional(row.get(name)));
    if (values.includes(null)) return null;
    return values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / 1000;
  };
  return {
    batch: optional(row.get("batch")) ?? 1,
    clients: optional(row.get("concurrency")) ?? 1,
    inferencesPerSecond: Number(row.get("infer_per_s")),
    latencySeconds: Number(row.get("lat_avg")) / 1000,
    executionSeconds: seconds(["compute_input", "compute_infer", "compute_output"]),
    clientSeconds: seconds(["client_send", "network", "client_recv"]),
  };
}

function optional(text: string | undefined): number | null {
  return text === undefined || text === "" ? null : Number(text);
}

/** Fields may be quoted, for commas; none holds a quote or a line end. */
function csvRows(text: string): readonly (readonly string[])[] {
  const field = /(?:^|,)(?:"([^"]*)"|([^,]*))/g;
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => [...line.matchAll(field)].map(([, quoted, plain]) => quoted ?? plain ?? ""));
}
