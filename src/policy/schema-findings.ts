// What zod found, as findings in our words: where, what is there, what must be, what to do.

import type { z } from "zod";
import type { IssueCode } from "../domain/issue.ts";
import { KEYS_PREFIX } from "./field-schemas.ts";
import { type FieldPath, type Finding, formatPath } from "./finding.ts";
import type { LocatedDocument } from "./read-document.ts";
import { anyOf, nearest, quoted, shown } from "./wording.ts";

const CODED = /^([A-Z][A-Z0-9_]+): (.+)$/s;
/** The codes that schema messages of ours begin with. */
const SCHEMA_CODES: ReadonlyMap<string, IssueCode> = new Map(
  (
    [
      "MISSING_KEY",
      "WRONG_TYPE",
      "OUT_OF_RANGE",
      "BAD_DURATION",
      "BAD_QUANTITY",
      "BAD_NAME",
      "NOT_AVAILABLE",
      "BOUNDS",
    ] as const
  ).map((code) => [code, code]),
);
const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  string: "text",
  number: "a number",
  boolean: "true or false",
};

/** Comparing words costs; nobody misspells more keys than this in one mapping. */
const MOST_SUGGESTIONS = 50;

type ZodIssue = z.core.$ZodIssue;

/** Returns a finding for each issue (one for each unknown key); `fields` are the paths that such a document has. */
export function schemaFindings(
  issues: readonly ZodIssue[],
  document: LocatedDocument,
  fields: readonly string[] = [],
): readonly Finding[] {
  return issues.flatMap((issue) => {
    const path = stepsOf(issue);
    const meant = CODED.test(issue.message) ? null : likeliestForm(issue, document);
    if (meant !== null) return schemaFindings(meant, document, fields);
    if (issue.code === "unrecognized_keys") {
      const known = { here: knownKeys(issue), fields };
      return issue.keys.map((key, index) => {
        return unknownKey([...path, key], index < MOST_SUGGESTIONS ? known : NOTHING_KNOWN, document);
      });
    }
    if (!document.locate.has(path)) return [missingKey(path, document)];
    const value = valueAt(document.value, path);
    return [
      { ...document.locate.value(path), path: formatPath(path), ...describe(issue, formatPath(path), value) },
    ];
  });
}

/** Returns what plain data holds at a path, undefined where it holds nothing. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  let found: unknown = value;
  for (const step of path) {
    if (found === null || typeof found !== "object" || !Object.hasOwn(found, step)) return undefined;
    found = Reflect.get(found, step);
  }
  return found;
}

function stepsOf({ path }: ZodIssue): FieldPath {
  return path.map((step) => (typeof step === "number" ? step : String(step)));
}

/** Of a value that may have several forms: the issues of the form that it comes closest to; null for any other issue. */
function likeliestForm(issue: ZodIssue, document: LocatedDocument): readonly ZodIssue[] | null {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return null;
  const forms = issue.errors.map((issues) =>
    issues.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
  );
  const distances = forms.map((form) => distance(form, issue.path.length, document));
  return forms[distances.indexOf(Math.min(...distances))] ?? null;
}

/** A form of another type is farther than one with other keys, and that farther than one whose values are wrong. */
function distance(form: readonly ZodIssue[], depth: number, { locate }: LocatedDocument): number {
  return form.reduce((sum, inner) => {
    const below = inner.path.length - depth;
    if (below === 0 && inner.code === "unrecognized_keys") return sum + 100 * inner.keys.length;
    if (below === 0 && (inner.code === "invalid_type" || inner.code === "invalid_value"))
      return sum + (CODED.test(inner.message) ? 10_000 : 20_000);
    const isMissing = below === 1 && !locate.has(stepsOf(inner));
    return sum + (isMissing ? 100 : 1);
  }, 0);
}

type KnownKeys = { readonly here: readonly string[]; readonly fields: readonly string[] };

const NOTHING_KNOWN: KnownKeys = { here: [], fields: [] };

function knownKeys({ message }: ZodIssue): readonly string[] {
  return message.startsWith(KEYS_PREFIX) ? message.slice(KEYS_PREFIX.length).split(" ") : [];
}

function unknownKey(path: FieldPath, known: KnownKeys, { locate }: LocatedDocument): Finding {
  const key = String(path.at(-1));
  const message = `unknown key ${quoted(key)}; ${adviceOn(path, known)}`;
  return { ...locate.key(path), code: "UNKNOWN_KEY", path: formatPath(path), message };
}

/** A key may belong to another kind of item, be misspelt, or stand in the wrong mapping, or both. */
function adviceOn(path: FieldPath, { here, fields }: KnownKeys): string {
  const key = String(path.at(-1));
  const isOfOtherKind = fields.includes(fieldPath(path));
  if (isOfOtherKind) return `it does not go with this kind; known here: ${anyOf(here)}`;
  const meant = nearest(key, here);
  if (meant !== null) return `did you mean "${meant}"?`;
  const homes = fields.filter((field) => lastKey(field) === key);
  if (homes.length > 0) return `did you mean ${anyOf(homes)}?`;
  const elsewhere = nearest(key, fields.map(lastKey));
  if (here.length === 0) return "remove it";
  return elsewhere === null ? `known here: ${anyOf(here)}` : `did you mean "${elsewhere}"?`;
}

/** The path as fields are listed: `[]` for each item of a list. */
function fieldPath(path: FieldPath): string {
  return formatPath(path).replace(/\[\d+\]/g, "[]");
}

function lastKey(field: string): string {
  return field.slice(field.lastIndexOf(".") + 1);
}

/** A missing key; its place is the key of the mapping that lacks it. */
export function missingKey(path: FieldPath, { locate }: LocatedDocument): Finding {
  const parent = formatPath(path.slice(0, -1));
  const key = quoted(String(path.at(-1)));
  const message =
    parent === ""
      ? `document lacks the required key ${key}; add it`
      : `${parent} lacks the required key ${key}; add it`;
  return { ...locate.key(path.slice(0, -1)), code: "MISSING_KEY", path: formatPath(path), message };
}

function describe(
  issue: ZodIssue,
  path: string,
  value: unknown,
): { readonly code: IssueCode; readonly message: string } {
  const coded = CODED.exec(issue.message);
  const code = SCHEMA_CODES.get(coded?.[1] ?? "");
  const name = path === "" ? "document" : path;
  if (code === "MISSING_KEY") return { code, message: `${name} ${coded?.[2]}` };
  if (code !== undefined) return { code, message: `${name} is ${shown(value)}, ${coded?.[2]}` };
  return {
    code: plainCode(issue, value),
    message: `${name} ${subject(issue, value)}, must ${requirement(issue, value)}`,
  };
}

function plainCode(issue: ZodIssue, value: unknown): IssueCode {
  if (issue.code === "invalid_type") return issue.expected === "int" ? "OUT_OF_RANGE" : "WRONG_TYPE";
  if (issue.code === "invalid_value") {
    if (typeof value !== typeof issue.values[0]) return "WRONG_TYPE";
    return issue.path.length === 1 && issue.path[0] === "apiVersion" ? "UNKNOWN_KIND" : "OUT_OF_RANGE";
  }
  return issue.code === "invalid_union" ? "WRONG_TYPE" : "OUT_OF_RANGE";
}

function subject(issue: ZodIssue, value: unknown): string {
  const counted = issue.code === "too_small" || issue.code === "too_big";
  if (counted && Array.isArray(value)) return `has ${value.length} entries`;
  if (counted && typeof value === "string") return `has ${value.length} characters`;
  return `is ${value === null ? "empty" : shown(value)}`;
}

function requirement(issue: ZodIssue, value: unknown): string {
  const counted = typeof value === "number" ? "be" : "have";
  switch (issue.code) {
    case "too_small":
      return `${counted} ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    case "too_big":
      return `${counted} ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
    case "invalid_type":
      return typeRequirement(issue.expected, value);
    case "invalid_value":
      return `be ${anyOf(issue.values.map(String))}${suggestion(issue.values.map(String), value)}`;
    default:
      return "be something else";
  }
}

function typeRequirement(expected: string, value: unknown): string {
  if (expected === "int") return "be a whole number";
  const word = TYPE_WORDS[expected] ?? expected;
  const isQuotedNumber = expected === "number" && typeof value === "string" && /^[-+0-9.]+$/.test(value);
  if (isQuotedNumber) return `be ${word}; remove the quotes`;
  if (expected === "number" && typeof value === "number") return "be a finite number";
  if (expected === "string" && (typeof value === "number" || typeof value === "boolean"))
    return `be ${word}; put it in quotes`;
  return `be ${word}`;
}

function suggestion(known: readonly string[], value: unknown): string {
  const meant = typeof value === "string" ? nearest(value, known) : null;
  return meant === null ? "" : `; did you mean "${meant}"?`;
}
