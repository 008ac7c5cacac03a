// New values in a policy's text: only the values change; comments, order and layout stay.

import { type Document, isMap, isScalar, parseDocument, type Scalar } from "yaml";
import type { WrittenValue } from "../domain/tuning-result.ts";
import type { FieldPath } from "./finding.ts";

/** New values by path, as `spec.scaleOut.limits[0].replicas`. */
export type PolicyChanges = Readonly<Record<string, number | string>>;

/**
 * Returns `text` with the values at the paths replaced; a field that was not written is added at the end of its mapping,
 * with the mappings that it needs, and blanks before comments become one. `text` must be a document that YAML reads without errors.
 */
export function editPolicy(text: string, changes: PolicyChanges): string {
  const document = parseDocument(text);
  const present: { readonly node: Scalar; readonly value: number | string }[] = [];
  const absent: (readonly [FieldPath, number | string])[] = [];
  for (const [path, value] of Object.entries(changes)) {
    const keys = pathKeys(path);
    const node = document.getIn(keys, true);
    if (isScalar(node) && node.range) present.push({ node, value });
    else absent.push([keys, value]);
  }
  const spliced = splice(text, present);
  return absent.length === 0 ? spliced : add(parseDocument(spliced), absent);
}

/** Returns what stands in `text` at a path: a number, text, or null where nothing is written there. */
export function writtenAt(text: string, path: string): WrittenValue {
  const node = parseDocument(text).getIn(pathKeys(path), true);
  if (!isScalar(node)) return null;
  return typeof node.value === "number" || typeof node.value === "string" ? node.value : null;
}

function pathKeys(path: string): (string | number)[] {
  return path.split(/\.|(?=\[\d+\])/).map((key) => (/^\[\d+\]$/.test(key) ? Number(key.slice(1, -1)) : key));
}

/** From the end to the beginning, so that no replacement shifts the next. */
function splice(
  text: string,
  changes: readonly { readonly node: Scalar; readonly value: number | string }[],
): string {
  const byPlace = changes.toSorted(
    (left, right) => (right.node.range?.[0] ?? 0) - (left.node.range?.[0] ?? 0),
  );
  return byPlace.reduce((edited, { node, value }) => {
    const [from, to] = node.range ?? [0, 0];
    return `${edited.slice(0, from)}${value}${edited.slice(to)}`;
  }, text);
}

function add(document: Document.Parsed, changes: readonly (readonly [FieldPath, number | string])[]): string {
  for (const [path, value] of changes) {
    const parent = document.getIn(path.slice(0, -1), true);
    // An empty value ("scaleIn:") is a scalar in the tree: it has to become a mapping before it can hold a key.
    if (isScalar(parent) && !isMap(parent)) document.setIn(path.slice(0, -1), document.createNode({}));
    document.setIn(path, value);
  }
  return document.toString({ lineWidth: 0 });
}
