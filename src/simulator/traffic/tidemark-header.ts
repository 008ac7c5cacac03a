// The header of our own traces.

import { TraceProblem } from "./trace-problem.ts";

export type TraceHeader = {
  readonly version: 1;
  readonly kind: "arrivals" | "counts";
  readonly unit: "seconds";
  /** Where the numbers come from, and under which licence; empty = not told. */
  readonly source: string;
  readonly licence: string;
  /** Of the columns. */
  readonly sha256: string;
  /** Arrivals or counts. */
  readonly count: number;
  /** Of counts; null = they are arrivals. */
  readonly stepSeconds: number | null;
  /** Whether there is a column of batch dimensions. */
  readonly batches: boolean;
  /** The names behind the column of models; null = there is none. */
  readonly models: readonly string[] | null;
};

const VERSION = 1;
const MODELS_MAX = 256;

/** Returns the header that a text is. Throws TraceProblem. */
export function readHeader(text: string): TraceHeader {
  const fields = fieldsOf(text);
  if (fields.get("version") !== VERSION) {
    throw refused(`version is ${shown(fields.get("version"))}, this program reads ${VERSION}`);
  }
  const kind = fields.get("kind");
  if (kind !== "arrivals" && kind !== "counts")
    throw refused(`kind is ${shown(kind)}, must be arrivals or counts`);
  if (fields.get("unit") !== "seconds")
    throw refused(`unit is ${shown(fields.get("unit"))}, must be seconds`);
  return {
    version: VERSION,
    kind,
    unit: "seconds",
    source: textField(fields, "source"),
    licence: textField(fields, "licence"),
    sha256: textField(fields, "sha256"),
    count: countField(fields),
    stepSeconds: kind === "counts" ? stepField(fields) : null,
    batches: fields.get("batches") === true,
    models: kind === "arrivals" ? modelsField(fields) : null,
  };
}

type Fields = ReadonlyMap<string, unknown>;

function fieldsOf(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused("it is not JSON");
  }
  if (typeof value !== "object" || value === null) throw refused("it is no JSON object");
  return new Map(Object.entries(value));
}

function textField(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (typeof value === "string") return value;
  throw refused(`${name} is ${shown(value)}, must be a text`);
}

function countField(fields: Fields): number {
  const value = fields.get("count");
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw refused(`count is ${shown(value)}, must be a whole number, at least 0`);
}

function stepField(fields: Fields): number {
  const value = fields.get("stepSeconds");
  if (typeof value === "number" && value > 0) return value;
  throw refused(`stepSeconds is ${shown(value)}, must be a number above 0`);
}

function modelsField(fields: Fields): readonly string[] | null {
  const value: unknown = fields.get("models") ?? null;
  if (value === null) return null;
  const names: readonly unknown[] = Array.isArray(value) ? value : [];
  const texts = names.filter((name) => typeof name === "string");
  if (texts.length > 0 && texts.length === names.length && texts.length <= MODELS_MAX) return texts;
  throw refused(`models is ${shown(value)}, must be a list of at most ${MODELS_MAX} names, or null`);
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? "missing";
}

function refused(what: string): TraceProblem {
  return new TraceProblem(null, `has a bad header: ${what}`);
}
