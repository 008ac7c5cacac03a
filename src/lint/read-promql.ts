// Text of a PromQL expression to its tree. Variables of dashboards and templates of adapters stand for what they become.

import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import type { PromLabel, PromMatcher, PromNode } from "./promql.ts";

/** Longer texts are no queries; nesting beyond this is read as unknown. */
const LONGEST_QUERY = 65_536;
const MAX_DEPTH = 200;

/** `$name`, `${name:regex}`, `[[name]]`; `<<.Series>>`. */
const VARIABLE = /\$\{\w+(?::[\w.-]+)?\}|\$\w+|\[\[\w+\]\]|<<[^<>]*>>/g;
const DURATION_VARIABLE = /(?<=\[\s*|:\s*)(\$\{\w+(?::[\w.-]+)?\}|\$\w+)(?=\s*[\]:])/g;

/** Returns the tree of an expression; never throws: what is no PromQL becomes `unknown`. */
export function readPromql(text: string): PromNode {
  const unread: PromNode = { kind: "unknown", from: 0, parts: [] };
  if (text.length > LONGEST_QUERY) return unread;
  const filled = withoutVariables(text);
  const tree = parser.parse(filled);
  const first = expressions(tree.topNode)[0];
  return first === undefined ? unread : new Reader(filled, text).node(first, 0);
}

/** Puts something of the same length and kind in place of each variable, so that places stay. */
function withoutVariables(text: string): string {
  return text
    .replaceAll(DURATION_VARIABLE, (found) => `${"1".padEnd(found.length - 1, "0")}s`)
    .replaceAll(VARIABLE, (found) =>
      found.startsWith("<<.LabelMatchers") ? " ".repeat(found.length) : "x".repeat(found.length),
    );
}

const EXPRESSIONS = new Set([
  "AggregateExpr",
  "BinaryExpr",
  "FunctionCall",
  "MatrixSelector",
  "NumberDurationLiteral",
  "OffsetExpr",
  "ParenExpr",
  "StringLiteral",
  "SubqueryExpr",
  "UnaryExpr",
  "StepInvariantExpr",
  "VectorSelector",
]);

function children(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child);
  return found;
}

function expressions(node: SyntaxNode): readonly SyntaxNode[] {
  return children(node).filter(({ name }) => EXPRESSIONS.has(name));
}

class Reader {
  readonly #text: string;
  readonly #written: string;

  constructor(text: string, written: string) {
    this.#text = text;
    this.#written = written;
  }

  /** Returns the tree of a syntax node. */
  node(node: SyntaxNode, depth: number): PromNode {
    const { from } = node;
    if (depth > MAX_DEPTH) return { kind: "unknown", from, parts: [] };
    const parts = (of: SyntaxNode): readonly PromNode[] =>
      expressions(of).map((part) => this.node(part, depth + 1));
    switch (node.name) {
      case "VectorSelector":
      case "MatrixSelector":
        return this.#selector(node);
      case "AggregateExpr":
        return this.#aggregation(node, parts);
      case "FunctionCall": {
        const name = this.#source(node.getChild("FunctionIdentifier"));
        const body = node.getChild("FunctionCallBody");
        return { kind: "call", from, name, args: body === null ? [] : parts(body) };
      }
      case "BinaryExpr":
        return this.#binary(node, parts(node));
      case "NumberDurationLiteral":
        return { kind: "number", from, value: numberOf(this.#source(node)) };
      case "StringLiteral":
        return { kind: "text", from, value: unquoted(this.#written.slice(from, node.to)) };
      default: {
        const [inner, ...others] = parts(node);
        if (inner === undefined || (others.length > 0 && node.name === "ParenExpr"))
          return { kind: "unknown", from, parts: inner === undefined ? [] : [inner, ...others] };
        const negative = node.name === "UnaryExpr" && this.#text[from] === "-";
        return { kind: "wrapped", from, inner, negative };
      }
    }
  }

  #selector(node: SyntaxNode): PromNode {
    const vector = node.name === "MatrixSelector" ? node.getChild("VectorSelector") : node;
    const matchers = this.#matchers(vector);
    const named = matchers.find(({ name, op }) => name === "__name__" && op === "=");
    const identifier = vector?.getChild("Identifier") ?? null;
    const quotedName = vector?.getChild("LabelMatchers")?.getChild("QuotedLabelName") ?? null;
    const bare = identifier === null ? (named?.value ?? null) : this.#source(identifier);
    const duration = node.getChild("DurationExpr");
    return {
      kind: "selector",
      from: node.from,
      name: bare ?? (quotedName === null ? null : unquoted(this.#source(quotedName))),
      matchers,
      range:
        duration === null
          ? null
          : { text: this.#written.slice(duration.from, duration.to), from: duration.from },
    };
  }

  #matchers(vector: SyntaxNode | null): readonly PromMatcher[] {
    const list = vector?.getChild("LabelMatchers") ?? null;
    if (list === null) return [];
    return children(list).flatMap((matcher) => {
      const label = matcher.getChild("LabelName") ?? matcher.getChild("QuotedLabelName");
      const value = matcher.getChild("StringLiteral");
      if (label === null || value === null) return [];
      const name = unquoted(this.#source(label));
      const op = this.#source(matcher.getChild("MatchOp"));
      return [{ name, from: label.from, op, value: unquoted(this.#written.slice(value.from, value.to)) }];
    });
  }

  #aggregation(node: SyntaxNode, parts: (of: SyntaxNode) => readonly PromNode[]): PromNode {
    const modifier = node.getChild("AggregateModifier");
    const labels = this.#labels(modifier);
    const without = modifier?.getChild("Without") ?? null;
    const body = node.getChild("FunctionCallBody");
    return {
      kind: "aggregation",
      from: node.from,
      op: this.#source(node.getChild("AggregateOp")).toLowerCase(),
      by: without === null ? labels : [],
      without: without === null ? null : labels,
      args: body === null ? [] : parts(body),
    };
  }

  #binary(node: SyntaxNode, [left, right]: readonly PromNode[]): PromNode {
    const { from } = node;
    if (left === undefined || right === undefined)
      return { kind: "unknown", from, parts: left === undefined ? [] : [left] };
    const modifier = node.getChild("MatchingModifierClause");
    const operator = children(node).find(({ from: start }) => start >= (node.firstChild?.to ?? 0));
    let group: "left" | "right" | null = null;
    if (modifier?.getChild("GroupLeft")) group = "left";
    if (modifier?.getChild("GroupRight")) group = "right";
    const op = operator === undefined ? "" : this.#source(operator).toLowerCase();
    return { kind: "binary", from, op, left, right, matching: this.#labels(modifier), group };
  }

  #labels(modifier: SyntaxNode | null): readonly PromLabel[] {
    if (modifier === null) return [];
    return modifier
      .getChildren("GroupingLabels")
      .flatMap((list) => children(list))
      .map((label) => ({ name: unquoted(this.#source(label)), from: label.from }));
  }

  #source(node: SyntaxNode | null): string {
    return node === null ? "" : this.#text.slice(node.from, node.to);
  }
}

function unquoted(text: string): string {
  const quote = text[0] ?? "";
  if (!['"', "'", "`"].includes(quote)) return text;
  const inner = text.slice(1, text.endsWith(quote) && text.length > 1 ? -1 : undefined);
  return quote === "`" ? inner : inner.replaceAll(/\\(.)/gs, "$1");
}

/** A number as PromQL writes it; NaN where it is a duration. */
function numberOf(text: string): number {
  return /^[+-]?inf$/i.test(text) ? Number.POSITIVE_INFINITY : Number(text.replaceAll("_", ""));
}
