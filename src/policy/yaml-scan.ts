// One cheap pass over the tokens of a YAML text before it is parsed: depth, and features that documents may not use.

import { CST, Lexer } from "yaml";
import type { IssueCode } from "../domain/issue.ts";

/** Deepest nesting of mappings and lists. */
export const MAX_DEPTH = 16;

/** A hostile text could hold a hundred thousand of them; nobody reads on after these. */
const MOST_FINDINGS = 100;

export type ScanFinding = { readonly offset: number; readonly code: IssueCode; readonly message: string };

const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ["anchor", "anchor; write the value out where it is used"],
  ["alias", "alias; write the value out where it is used"],
  ["tag", "tag; remove it, types are known from the schema"],
  ["directive-line", "directive; remove the line"],
]);
/** Tokens that the lexer inserts: they have no length in the text. */
const INSERTED = new Set(["doc-mode", "flow-error-end", "scalar"]);
const BLOCK_INDICATORS = new Set(["seq-item-ind", "explicit-key-ind", "map-value-ind"]);
const BLANK = new Set(["space", "comment", "newline"]);

/** Returns what is forbidden in `text`, in order; a document that is nested too deep ends the pass. */
export function scanYaml(text: string): readonly ScanFinding[] {
  const findings: ScanFinding[] = [];
  const depth = new DepthGauge();
  let offset = 0;
  let scalarFollows = false;
  for (const token of new Lexer().lex(text)) {
    const type: CST.TokenType | null = scalarFollows ? null : CST.tokenType(token);
    scalarFollows = type === "scalar";
    if (type !== null && INSERTED.has(type)) continue;
    const what = type === null ? undefined : FORBIDDEN.get(type);
    if (what !== undefined) findings.push({ offset, code: "YAML_FORBIDDEN", message: what });
    if (depth.take(type, token) > MAX_DEPTH + 1) {
      const message = `nested deeper than ${MAX_DEPTH} levels; a valid document never is`;
      return [...findings, { offset, code: "YAML_FORBIDDEN", message }];
    }
    if (findings.length >= MOST_FINDINGS) return findings;
    offset += token.length;
  }
  return findings;
}

/** Returns the offset at which `text` is nested deeper than `depth` or so; null if nowhere. Parsers recurse: look before. */
export function depthExceededAt(text: string, depth: number): number | null {
  const gauge = new DepthGauge();
  let offset = 0;
  let scalarFollows = false;
  for (const token of new Lexer().lex(text)) {
    const type: CST.TokenType | null = scalarFollows ? null : CST.tokenType(token);
    scalarFollows = type === "scalar";
    if (type !== null && INSERTED.has(type)) continue;
    if (gauge.take(type, token) > depth + 1) return offset;
    offset += token.length;
  }
  return null;
}

/**
 * Follows how deep tokens are nested, leaves counted: open brackets plus columns of block nodes that enclose the
 * token. Lists that are not indented under their key share its column, so true depth can be up to twice as much:
 * enough to spare the parser, which recurses; the exact depth is checked on what it builds.
 */
class DepthGauge {
  readonly #columns: number[] = [];
  #brackets = 0;
  #column = 0;
  #nodeMayStart = true;

  /** Returns the depth at this token. */
  take(type: CST.TokenType | null, token: string): number {
    if (type === "flow-map-start" || type === "flow-seq-start") this.#brackets += 1;
    if (type === "flow-map-end" || type === "flow-seq-end") this.#brackets = Math.max(0, this.#brackets - 1);
    if (this.#brackets === 0 && this.#nodeMayStart && (type === null || !BLANK.has(type))) {
      while ((this.#columns.at(-1) ?? -1) >= this.#column) this.#columns.pop();
      this.#columns.push(this.#column);
      this.#nodeMayStart = type !== null && BLOCK_INDICATORS.has(type);
    }
    this.#advance(token);
    return this.#columns.length + this.#brackets;
  }

  #advance(token: string): void {
    const lineBreak = token.lastIndexOf("\n");
    this.#column = lineBreak === -1 ? this.#column + token.length : token.length - lineBreak - 1;
    if (lineBreak !== -1) this.#nodeMayStart = true;
  }
}
