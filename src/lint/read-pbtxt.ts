// Protobuf's text format, in which Triton's model configurations are written, as located data.

import type { FieldPath, Finding, Position } from "../policy/finding.ts";
import type { SourceText } from "../policy/source-text.ts";
import { quoted } from "../policy/wording.ts";
import { pbtxtTokens, type Token } from "./pbtxt-tokens.ts";
import type { Reading } from "./read-yaml.ts";

const MAX_DEPTH = 64;

/** A value, or all values of one field; `offset` is where it begins, `keyOffset` where its field's name stands. */
type Node =
  | { readonly kind: "scalar"; readonly offset: number; readonly keyOffset: number; readonly value: string }
  | { readonly kind: "list"; readonly offset: number; readonly keyOffset: number; readonly values: Node[] }
  | {
      readonly kind: "message";
      readonly offset: number;
      readonly keyOffset: number;
      readonly fields: Map<string, Node & { readonly kind: "list" }>;
    };

type Message = Node & { readonly kind: "message" };

/**
 * Returns the document of a text; never throws. A message is a mapping of each field to the list of its values, as the
 * format does not tell which fields may repeat; scalars are texts as written, without quotes.
 */
export function readPbtxt(source: SourceText, file: string): Reading {
  const parser = new Parser(pbtxtTokens(source.text));
  const root = parser.root();
  if (parser.problem !== null) {
    const { message, offset } = parser.problem;
    const finding: Finding = {
      ...source.positionAt(offset),
      code: "YAML_SYNTAX",
      path: "",
      message: `not valid protobuf text: ${message}`,
    };
    return { documents: [], findings: [finding] };
  }
  const at = (node: Node | null, side: "offset" | "keyOffset"): Position =>
    source.positionAt(node === null ? 0 : node[side]);
  const locate = {
    value: (path: FieldPath) => at(nearest(root, path), "offset"),
    key: (path: FieldPath) => at(nearest(root, path), "keyOffset"),
    has: (path: FieldPath) => follow(root, path) !== null,
  };
  const within = (path: FieldPath, offset: number): Position => {
    const node = nearest(root, path);
    return source.positionAt((node?.offset ?? 0) + offset);
  };
  return { documents: [{ value: plain(root), origin: { file, locate, within } }], findings: [] };
}

/** A field that stands once is often named without its index; of several the last counts, as in protobuf. */
function step(node: Node, key: string | number): Node | null {
  if (node.kind === "list") {
    if (typeof key === "number") return node.values[key] ?? null;
    const last = node.values.at(-1);
    return last === undefined ? null : step(last, key);
  }
  return node.kind === "message" ? (node.fields.get(String(key)) ?? null) : null;
}

function follow(root: Node, path: FieldPath): Node | null {
  let node: Node | null = root;
  for (const key of path) node = node === null ? null : step(node, key);
  return node;
}

function nearest(root: Node, path: FieldPath): Node {
  let node = root;
  for (const key of path) {
    const next = step(node, key);
    if (next === null) return node;
    node = next;
  }
  return node;
}

function plain(node: Node): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.values.map(plain);
  const value: Record<string, unknown> = Object.create(null);
  for (const [name, field] of node.fields) value[name] = plain(field);
  return value;
}

const CLOSING: ReadonlyMap<string, string> = new Map([
  ["{", "}"],
  ["<", ">"],
]);

/** Reads on until the first mistake, which it keeps. */
class Parser {
  problem: { readonly message: string; readonly offset: number } | null = null;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  root(): Message {
    const root: Message = { kind: "message", offset: 0, keyOffset: 0, fields: new Map() };
    this.#fields(root, "", 0);
    return root;
  }

  #fields(message: Message, closing: string, depth: number): void {
    while (this.problem === null) {
      const token = this.#next();
      if (token.kind === "end" && closing === "") return;
      if (token.kind === "sign" && token.text === closing) return;
      if (token.kind !== "name") this.#fail(token, closing === "" ? "a field" : `a field or "${closing}"`);
      else this.#field(message, token, depth);
    }
  }

  #field(message: Message, name: Token, depth: number): void {
    const colon = this.#peek().text === ":" && this.#peek().kind === "sign";
    if (colon) this.#next();
    const first = this.#peek();
    const values = this.#values({ keyOffset: name.offset, colon, depth });
    const field = message.fields.get(name.text);
    if (field !== undefined) field.values.push(...values);
    else {
      const { offset } = first;
      message.fields.set(name.text, { kind: "list", offset, keyOffset: name.offset, values });
    }
  }

  #values(context: { readonly keyOffset: number; readonly colon: boolean; readonly depth: number }): Node[] {
    if (!this.#isSign("[")) return this.#value(context);
    this.#next();
    const values: Node[] = [];
    while (this.problem === null && !this.#isSign("]"))
      values.push(...this.#value({ ...context, colon: true }));
    this.#next();
    return values;
  }

  #value({
    keyOffset,
    colon,
    depth,
  }: {
    readonly keyOffset: number;
    readonly colon: boolean;
    readonly depth: number;
  }): Node[] {
    const token = this.#next();
    const closing = token.kind === "sign" ? CLOSING.get(token.text) : undefined;
    if (closing !== undefined) {
      const message: Message = { kind: "message", offset: token.offset, keyOffset, fields: new Map() };
      if (depth >= MAX_DEPTH) this.#fail(token, "fewer levels");
      else this.#fields(message, closing, depth + 1);
      return [message];
    }
    if (!colon) return this.#fail(token, '":" or "{"');
    return [{ kind: "scalar", offset: token.offset, keyOffset, value: this.#scalar(token) }];
  }

  #scalar(token: Token): string {
    if (token.kind === "sign" && token.text === "-") {
      const number = this.#next();
      if (number.kind !== "number" && number.kind !== "name") this.#fail(number, "a number");
      return `-${number.text}`;
    }
    if (token.kind === "number" || token.kind === "name") return token.text;
    if (token.kind !== "text") {
      this.#fail(token, "a value");
      return "";
    }
    let { text } = token;
    while (this.#peek().kind === "text") text += this.#next().text;
    return text;
  }

  #isSign(text: string): boolean {
    return this.#peek().kind === "sign" && this.#peek().text === text;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "", offset: 0 };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #fail(token: Token, wanted: string): Node[] {
    const found = token.kind === "end" ? "the end" : quoted(token.text);
    this.problem ??= { message: `${found} where ${wanted} should stand`, offset: token.offset };
    return [];
  }
}
