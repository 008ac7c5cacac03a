// The syntax tree of a document to plain data: no prototypes, no duplicate keys, bounded depth, nothing lost silently.

import { isMap, isScalar, isSeq, type Pair, type ParsedNode } from "yaml";
import type { IssueCode } from "../domain/issue.ts";
import type { FieldPath } from "./finding.ts";
import { quoted } from "./wording.ts";
import { MAX_DEPTH } from "./yaml-scan.ts";

export type ValueFinding = {
  readonly offset: number;
  readonly code: IssueCode;
  readonly path: FieldPath;
  readonly message: string;
  /** Of a duplicate: where the key stood first. */
  readonly firstOffset?: number;
};

const PROTOTYPE_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/** Returns the data of a tree without aliases, and what had to be left out of it: the first of duplicate keys stays. */
export function plainValue(root: ParsedNode | null): {
  readonly value: unknown;
  readonly findings: readonly ValueFinding[];
} {
  const findings: ValueFinding[] = [];
  return { value: convert(root, [], findings), findings };
}

/** Returns a mapping's key as text, as it is written; null for a key that is a collection. */
export function keyText(pair: Pair<ParsedNode, ParsedNode | null>): string | null {
  if (!isScalar(pair.key)) return null;
  return typeof pair.key.value === "string" ? pair.key.value : (pair.key.source ?? "");
}

function convert(node: ParsedNode | null, path: FieldPath, findings: ValueFinding[]): unknown {
  if (node === null) return null;
  if (isScalar(node)) return node.value;
  if (path.length >= MAX_DEPTH) {
    const message = `nested deeper than ${MAX_DEPTH} levels; a valid document never is`;
    findings.push({ offset: node.range[0], code: "YAML_FORBIDDEN", path, message });
    return null;
  }
  if (isSeq(node)) return node.items.map((item, index) => convert(item, [...path, index], findings));
  if (!isMap(node)) return null;
  const value: Record<string, unknown> = Object.create(null);
  const seen = new Map<string, number>();
  for (const pair of node.items) {
    const key = acceptedKey(pair, seen, { path, findings });
    if (key !== null) value[key] = convert(pair.value, [...path, key], findings);
  }
  return value;
}

function acceptedKey(
  pair: Pair<ParsedNode, ParsedNode | null>,
  seen: Map<string, number>,
  { path, findings }: { readonly path: FieldPath; readonly findings: ValueFinding[] },
): string | null {
  const offset = pair.key.range[0];
  const key = keyText(pair);
  const refuse = (code: IssueCode, message: string, firstOffset?: number): null => {
    const place = { offset, code, path: [...path, key ?? "?"], message };
    findings.push(firstOffset === undefined ? place : { ...place, firstOffset });
    return null;
  };
  if (key === null) return refuse("YAML_FORBIDDEN", "mapping or list as a key; keys are plain words");
  if (PROTOTYPE_KEYS.has(key)) return refuse("YAML_FORBIDDEN", `key ${quoted(key)}; remove it`);
  if (key === "<<") return refuse("YAML_FORBIDDEN", 'merge key "<<"; write the values out');
  const first = seen.get(key);
  if (first !== undefined)
    return refuse("YAML_DUPLICATE_KEY", `key ${quoted(key)} twice in one mapping`, first);
  seen.set(key, offset);
  return key;
}
