// The space of a search: paths in a policy and what may be tried there, checked against the schema of policies.

import type { IssueCode } from "../domain/issue.ts";
import type { FieldUnit, SearchDimension, SearchValues } from "../domain/tuning.ts";
import { POLICY_FIELDS } from "./defaults.ts";
import { DURATION_PATTERN, parseDuration } from "./duration.ts";
import { type FieldPath, type Finding, formatPath } from "./finding.ts";
import { policyJsonSchema } from "./json-schema.ts";
import type { LocatedDocument } from "./read-document.ts";
import type { WrittenTuning } from "./tuning-schema.ts";
import { nearest, quoted, shown } from "./wording.ts";

const SPLIT_SUM_ERROR = 1e-9;
const POLICY_PATHS = Object.keys(POLICY_FIELDS);

/** What a field of a policy holds, with its bounds; null = neither a number nor a duration. */
type SearchedField = { readonly unit: FieldUnit; readonly least: number; readonly most: number };

type Blame = (at: FieldPath, code: IssueCode, text: string) => void;

/** Returns the dimensions of a search and what is wrong with them, and with the split of time. */
export function searchSpace(
  { spec }: WrittenTuning,
  { locate }: LocatedDocument,
): { readonly space: readonly SearchDimension[]; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const blame: Blame = (at, code, text) => {
    const path = formatPath(at);
    findings.push({ ...locate.value(at), code, path, message: `${path} ${text}` });
  };
  const sum = spec.split.train + spec.split.validate + spec.split.holdOut;
  if (Math.abs(sum - 1) > SPLIT_SUM_ERROR)
    blame(["spec", "split"], "OUT_OF_RANGE", `sums to ${Number(sum.toPrecision(6))}, must sum to 1`);
  for (const [part, share] of Object.entries(spec.split))
    if (share === 0) blame(["spec", "split", part], "OUT_OF_RANGE", "is 0, must be more than 0");
  const space = Object.entries(spec.space).flatMap(([path, written]) => {
    const at = ["spec", "space", path];
    const searched = searchedField(path);
    if (searched === "unknown") {
      const meant = nearestPath(path);
      const message = `unknown key ${quoted(path)}; ${meant === null ? "it is no field of a policy" : `did you mean "${meant}"?`}`;
      findings.push({ ...locate.key(at), code: "UNKNOWN_KEY", path: formatPath(at), message });
      return [];
    }
    if (searched === null) {
      blame(at, "WRONG_TYPE", "cannot be searched: it holds neither a number nor a duration; remove it");
      return [];
    }
    const values = readValues(written, { at, searched, blame });
    return values === null ? [] : [{ path, unit: searched.unit, values }];
  });
  return { space, findings };
}

type Written = WrittenTuning["spec"]["space"][string];
type Reading = { readonly at: FieldPath; readonly searched: SearchedField; readonly blame: Blame };

function readValues(written: Written, reading: Reading): SearchValues | null {
  const { at, blame } = reading;
  if ("values" in written) {
    const values = written.values.map((value, index) => readValue(value, [...at, "values", index], reading));
    const known = values.filter((value) => value !== null);
    return known.length === values.length ? { kind: "list", values: known } : null;
  }
  const from = readValue(written.from, [...at, "from"], reading);
  const to = readValue(written.to, [...at, "to"], reading);
  if (from === null || to === null) return null;
  if (to <= from) {
    blame([...at, "to"], "BOUNDS", `is ${shown(written.to)}, must be more than from (${written.from})`);
    return null;
  }
  if (written.scale === "log" && from <= 0) {
    blame([...at, "from"], "OUT_OF_RANGE", `is ${shown(written.from)}, must be more than 0 with scale log`);
    return null;
  }
  return { kind: "range", from, to, scale: written.scale };
}

function readValue(
  written: number | string,
  at: FieldPath,
  { searched: { unit, least, most }, blame }: Reading,
): number | null {
  const wrong = (code: IssueCode, text: string): null => {
    blame(at, code, `is ${shown(written)}, ${text}`);
    return null;
  };
  if (unit === "milliseconds") {
    const span = typeof written === "string" ? parseDuration(written) : null;
    return span ?? wrong("BAD_DURATION", "must be a duration with a unit, as 500ms, 90s or 1h30m");
  }
  if (typeof written === "string") return wrong("WRONG_TYPE", "must be a number");
  if (unit === "whole" && !Number.isInteger(written)) return wrong("OUT_OF_RANGE", "must be a whole number");
  if (written < least) return wrong("OUT_OF_RANGE", `must be at least ${least}`);
  return written > most ? wrong("OUT_OF_RANGE", `must be at most ${most}`) : written;
}

/** Null where the field cannot be searched. */
function searchedField(path: string): SearchedField | null | "unknown" {
  const generic = path.replaceAll(/\[\d+\]/g, "[]");
  const isKnown = !path.includes("[]") && POLICY_PATHS.includes(generic);
  if (!isKnown) return "unknown";
  for (const node of nodesAt(policyJsonSchema(), generic.split(/\.|(?=\[\])/))) {
    const found = searchedNode(node);
    if (found !== null) return found;
  }
  return null;
}

function searchedNode(node: unknown): SearchedField | null {
  const type = property(node, "type");
  if (property(node, "const") !== undefined) return null;
  if (type === "string" && property(node, "pattern") === DURATION_PATTERN.source)
    return { unit: "milliseconds", least: 0, most: Number.POSITIVE_INFINITY };
  if (type !== "number" && type !== "integer") return null;
  const bound = (key: string, without: number): number => {
    const value = property(node, key);
    return typeof value === "number" ? value : without;
  };
  return {
    unit: type === "integer" ? "whole" : "number",
    least: Math.max(
      bound("minimum", Number.NEGATIVE_INFINITY),
      bound("exclusiveMinimum", Number.NEGATIVE_INFINITY),
    ),
    most: bound("maximum", Number.POSITIVE_INFINITY),
  };
}

/** The nodes of a JSON Schema that describe the value at a path, through every alternative. */
function nodesAt(node: unknown, path: readonly string[]): readonly unknown[] {
  const options = ["anyOf", "oneOf"].flatMap((key) => {
    const found = property(node, key);
    return Array.isArray(found) ? found : [];
  });
  const [step, ...rest] = path;
  const inner =
    step === undefined
      ? [node]
      : [step === "[]" ? property(node, "items") : property(property(node, "properties"), step)]
          .filter((found) => found !== undefined)
          .flatMap((found) => nodesAt(found, rest));
  return [...inner, ...options.flatMap((option) => nodesAt(option, path))];
}

function property(node: unknown, key: string): unknown {
  return node !== null && typeof node === "object" && Object.hasOwn(node, key)
    ? Reflect.get(node, key)
    : undefined;
}

/** Paths are long: what counts is their last word. */
function nearestPath(path: string): string | null {
  const last = (field: string): string => field.slice(field.lastIndexOf(".") + 1);
  const above = (field: string): string => field.slice(0, field.lastIndexOf("."));
  const siblings = POLICY_PATHS.filter((field) => above(field) === above(path));
  const meant = nearest(last(path), siblings.map(last));
  if (meant !== null) return `${above(path)}.${meant}`;
  return POLICY_PATHS.find((field) => last(field) === last(path)) ?? null;
}
