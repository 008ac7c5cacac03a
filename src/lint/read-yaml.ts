// YAML and JSON as people hand it to clusters: several documents, anchors and merge keys; positions are kept.

import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, parseAllDocuments } from "yaml";
import { type FieldPath, type Finding, formatPath, type Position } from "../policy/finding.ts";
import { locator } from "../policy/locate.ts";
import type { SourceText } from "../policy/source-text.ts";
import { harmless, quoted } from "../policy/wording.ts";
import { keyText } from "../policy/yaml-values.ts";
import type { Origin } from "./field.ts";
import { sourceOffset } from "./scalar-text.ts";

/** A document's data with its origin. */
export type ReadDocument = { readonly value: unknown; readonly origin: Origin };

/** What a text held: documents, and what is wrong with it. */
export type Reading = { readonly documents: readonly ReadDocument[]; readonly findings: readonly Finding[] };

const MAX_DEPTH = 64;
/** Aliases can multiply a small text into a huge document: that many values are read. */
const MAX_VALUES = 200_000;
const MOST_SYNTAX_ERRORS = 20;
const LONGEST_PARSER_MESSAGE = 160;

/** Returns the documents of a YAML text; never throws. Documents after a syntax error are left out. */
export function readYaml(source: SourceText, file: string): Reading {
  const parsed = parse(source.text);
  if (parsed === null) {
    const message = "nested too deeply to be read";
    return { documents: [], findings: [{ line: 1, column: 1, code: "YAML_FORBIDDEN", path: "", message }] };
  }
  const documents: ReadDocument[] = [];
  const findings: Finding[] = [];
  for (const document of parsed) {
    const problems = document.errors.slice(0, MOST_SYNTAX_ERRORS - findings.length);
    findings.push(
      ...problems.map(({ message, pos }): Finding => {
        const text = harmless(message.slice(0, LONGEST_PARSER_MESSAGE));
        return {
          ...source.positionAt(pos[0]),
          code: "YAML_SYNTAX",
          path: "",
          message: `not valid YAML: ${text}`,
        };
      }),
    );
    if (document.errors.length > 0 || document.contents === null) continue;
    const conversion = new Conversion(source);
    const value = conversion.convert(document.contents, []);
    findings.push(...conversion.findings);
    const contents = document.contents;
    const within = (path: FieldPath, offset: number): Position =>
      placeWithin(source, contents, { path, offset });
    documents.push({ value, origin: { file, locate: locator(contents, source.positionAt), within } });
  }
  return { documents, findings };
}

function parse(text: string): ReturnType<typeof parseAllDocuments<ParsedNode>> | null {
  try {
    return parseAllDocuments<ParsedNode>(text, { uniqueKeys: false, prettyErrors: false, logLevel: "error" });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function placeWithin(
  source: SourceText,
  root: ParsedNode,
  { path, offset }: { readonly path: FieldPath; readonly offset: number },
): Position {
  let node: ParsedNode | null = root;
  for (const step of path) {
    if (isSeq(node) && typeof step === "number") node = node.items[step] ?? null;
    else if (isMap(node)) node = node.items.find((pair) => keyText(pair) === step)?.value ?? null;
    else node = null;
  }
  if (!isScalar(node) || typeof node.value !== "string") return locator(root, source.positionAt).value(path);
  return source.positionAt(sourceOffset(source.text, node.range[0], { text: node.value, offset }));
}

type Collected = { readonly anchors: Map<string, unknown>; values: number };

/** A tree to plain data without prototypes; what an alias names is copied in. */
class Conversion {
  readonly findings: Finding[] = [];
  readonly #source: SourceText;
  readonly #collected: Collected = { anchors: new Map(), values: 0 };

  constructor(source: SourceText) {
    this.#source = source;
  }

  /** Returns the data of a node; null where it is too deep, or where aliases have made too much of it. */
  convert(node: ParsedNode | null, path: FieldPath): unknown {
    this.#collected.values += 1;
    if (node === null || path.length > MAX_DEPTH || this.#collected.values > MAX_VALUES) return null;
    if (isAlias(node)) return this.#copied(this.#collected.anchors.get(node.source) ?? null);
    const value = this.#valueOf(node, path);
    if (node.anchor !== undefined) this.#collected.anchors.set(node.anchor, value);
    return value;
  }

  #valueOf(node: ParsedNode, path: FieldPath): unknown {
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item, index) => this.convert(item, [...path, index]));
    if (!isMap(node)) return null;
    const value: Record<string, unknown> = Object.create(null);
    const merged: unknown[] = [];
    const seen = new Set<string>();
    for (const pair of node.items) {
      const key = keyText(pair);
      if (key === null) continue;
      const item = this.convert(pair.value, [...path, key]);
      if (key === "<<") {
        merged.push(...(Array.isArray(item) ? item : [item]));
        continue;
      }
      if (seen.has(key)) this.#duplicate(pair, [...path, key]);
      else value[key] = item;
      seen.add(key);
    }
    for (const source of merged) {
      if (source === null || typeof source !== "object") continue;
      for (const [key, item] of Object.entries(source)) value[key] ??= item;
    }
    return value;
  }

  #duplicate(pair: Pair<ParsedNode, ParsedNode | null>, path: FieldPath): void {
    const message = `key ${quoted(String(path.at(-1)))} twice in one mapping; remove one of them`;
    const place = this.#source.positionAt(pair.key.range[0]);
    this.findings.push({ ...place, code: "YAML_DUPLICATE_KEY", path: formatPath(path), message });
  }

  /** Counts what a copy adds, so that aliases of aliases end. */
  #copied(value: unknown): unknown {
    this.#collected.values += 1;
    if (this.#collected.values > MAX_VALUES || value === null || typeof value !== "object") return value;
    for (const item of Object.values(value)) this.#copied(item);
    return this.#collected.values > MAX_VALUES ? null : value;
  }
}
