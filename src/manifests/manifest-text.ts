// Kubernetes objects as YAML, laid out for people: remarks above their fields, rules of scaling and RBAC lists in a line.

import { Document, isCollection, isMap, isScalar } from "yaml";
import type { Manifest } from "./manifest.ts";

/** A list of words, or an item of plain values, is read at a glance. */
const IN_ONE_LINE: ReadonlySet<string> = new Set([
  "policies",
  "secretTargetRef",
  "subjects",
  "apiGroups",
  "resources",
  "resourceNames",
  "verbs",
]);

/** Kubernetes reads YAML 1.1, where a bare `on` or `0:30` is no text. */
const FORM = { compat: "yaml-1.1", aliasDuplicateObjects: false } as const;

/** Returns the documents of a file, with `---` between them, ending in a newline. */
export function manifestText(manifests: readonly Manifest[]): string {
  return manifests.map(documentText).join("---\n");
}

function documentText({ object, remark, remarks }: Manifest): string {
  const { apiVersion, kind, metadata, ...rest } = object;
  const document = new Document({ apiVersion, kind, metadata, ...rest }, FORM);
  if (document.contents !== null && remark.length > 0)
    document.contents.commentBefore = remark.map((line) => ` ${line}`).join("\n");
  for (const [path, text] of Object.entries(remarks)) remarkOn(document, path.split("."), text);
  inOneLine(document.contents);
  return document.toString({ lineWidth: 0 });
}

function remarkOn(document: Document, path: readonly string[], text: string): void {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1)) : document.contents;
  if (!isMap(parent)) return;
  const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1));
  if (isScalar(pair?.key)) pair.key.commentBefore = ` ${text}`;
}

/** Items of such a list stand in a line each; a list of words stands in one. */
function inOneLine(node: unknown): void {
  if (!isCollection(node)) return;
  if (!isMap(node)) return node.items.forEach(inOneLine);
  for (const { key, value } of node.items) {
    if (isScalar(key) && IN_ONE_LINE.has(String(key.value)) && isCollection(value)) flow(value);
    else inOneLine(value);
  }
}

function flow(list: { readonly items: readonly unknown[]; flow?: boolean }): void {
  const collections = list.items.filter(isCollection);
  if (collections.length === 0) list.flow = true;
  for (const item of collections) item.flow = true;
}
