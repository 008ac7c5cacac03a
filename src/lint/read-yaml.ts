// YAML and JSON as people hand it to clusters: several documents, anchors and merge keys; positions are kept.

import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, parseAllDocuments } from "yaml";
import { type FieldPath, type Finding, formatPath, type Position } from "../policy/finding.ts";
import { locator } from "../policy/locate.ts";
import type { SourceText } from "../policy/source-text.ts";
import { harmless, quoted } from "../policy/wording.ts";
import { depthExceededAt } from "../policy/yaml-scan.ts";
import { keyText } from "../policy/yaml-values.ts";
import type { Origin } from "./field.ts";
import { sourceOffset } from "./scalar-text.ts";

/** A document's data with its origin. */
export type ReadDocument = { readonly value: unknown; readonly origin: Origin };

/** What a text held: documents, and what is wrong with it. */
export type Reading = { readonly documents: readonly ReadDocument[]; readonly findings: readonly Finding[] };

/** Definitions of custom resources are the deepest that people have. */
const MAX_DEPTH = 100;
/** Aliases can multiply a small text into a huge document: that many values are read. */
const MAX_VALUES = 200_000;
/** Duplicate keys are looked for here: the parser's own check is quadratic. */
const PARSING = { uniqueKeys: false, prettyErrors: false, logLevel: "error" } as const;
const MOST_SYNTAX_ERRORS = 20;
const LONGEST_PARSER_MESSAGE = 160;

/** Returns the documents of a YAML text; never throws. Documents after a syntax error are left out. */
export function readYaml(source: SourceText, file: string): Reading {
  const deep = depthExceededAt(source.text, MAX_DEPTH);
  if (deep !== null) {
    const message = `nested deeper than ${MAX_DEPTH} levels, the most that is read`;
    return {
      documents: [],
      findings: [{ ...source.positionAt(deep), code: "YAML_FORBIDDEN", path: "", message }],
    };
  }
  const parsed = parseAllDocuments<ParsedNode>(source.text, PARSING);
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
    if (value === null) continue;
    findings.push(...conversion.findings);
    const contents = document.contents;
    const within = (path: FieldPath, offset: number): Position =>
      placeWithin(source, contents, { path, offset });
    documents.push({ value, origin: { file, locate: locator(contents, source.positionAt), within } });
  }
  return { documents, findings };
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

/** A tree to plain data without prototypes; what an alias names is copied in. */
class Conversion {
  readonly findings: Finding[] = [];
  readonly #source: SourceText;
  readonly #anchors = new Map<string, { readonly value: unknown; readonly size: number }>();
  #values = 0;

  constructor(source: SourceText) {
    this.#source = source;
  }

  /** Returns the data of a node; null where it is too deep, or where aliases have made too much of it. */
  convert(node: ParsedNode | null, path: FieldPath): unknown {
    this.#values += 1;
    if (node === null || path.length > MAX_DEPTH || this.#values > MAX_VALUES) return null;
    if (isAlias(node)) return this.#aliased(node.source);
    const before = this.#values;
    const value = this.#valueOf(node, path);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, { value, size: this.#values - before });
    return value;
  }

  /** Counts what a copy would add, so that aliases of aliases end. */
  #aliased(name: string): unknown {
    const named = this.#anchors.get(name);
    this.#values += named?.size ?? 0;
    return this.#values > MAX_VALUES ? null : (named?.value ?? null);
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
}
