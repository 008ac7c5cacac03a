// PromQL as a small tree: selectors, aggregations, calls and operators, each with its place in the text.

/** A label with where it is named. */
export type PromLabel = { readonly name: string; readonly from: number };

/** `label op value`; `op` is `=`, `!=`, `=~` or `!~`. */
export type PromMatcher = PromLabel & { readonly op: string; readonly value: string };

export type PromSelector = {
  readonly kind: "selector";
  readonly from: number;
  /** The metric's name; null where only labels select. */
  readonly name: string | null;
  readonly matchers: readonly PromMatcher[];
  /** The range in brackets as written, where it has one. */
  readonly range: { readonly text: string; readonly from: number } | null;
};

export type PromAggregation = {
  readonly kind: "aggregation";
  readonly from: number;
  /** In lower case: `sum`, `avg`, `topk`, … */
  readonly op: string;
  readonly by: readonly PromLabel[];
  readonly without: readonly PromLabel[] | null;
  readonly args: readonly PromNode[];
};

export type PromCall = {
  readonly kind: "call";
  readonly from: number;
  readonly name: string;
  readonly args: readonly PromNode[];
};

export type PromBinary = {
  readonly kind: "binary";
  readonly from: number;
  readonly op: string;
  readonly left: PromNode;
  readonly right: PromNode;
  /** Labels named in `on`, `ignoring` and `group_…`. */
  readonly matching: readonly PromLabel[];
  /** Which side may have many elements for one of the other. */
  readonly group: "left" | "right" | null;
};

export type PromNode =
  | PromSelector
  | PromAggregation
  | PromCall
  | PromBinary
  /** Parentheses, a sign, a subquery, an offset: what they hold. */
  | { readonly kind: "wrapped"; readonly from: number; readonly inner: PromNode; readonly negative: boolean }
  | { readonly kind: "number"; readonly from: number; readonly value: number }
  | { readonly kind: "text"; readonly from: number; readonly value: string }
  /** What could not be read. */
  | { readonly kind: "unknown"; readonly from: number; readonly parts: readonly PromNode[] };

/** Returns the nodes directly below. */
export function partsOf(node: PromNode): readonly PromNode[] {
  switch (node.kind) {
    case "selector":
    case "number":
    case "text":
      return [];
    case "aggregation":
    case "call":
      return node.args;
    case "binary":
      return [node.left, node.right];
    case "wrapped":
      return [node.inner];
    case "unknown":
      return node.parts;
  }
}

/** Returns the node and all below it, outermost first. */
export function allNodes(node: PromNode): readonly PromNode[] {
  return [node, ...partsOf(node).flatMap(allNodes)];
}

/** Returns every selector of an expression, in order. */
export function selectorsOf(node: PromNode): readonly PromSelector[] {
  return allNodes(node).filter((part) => part.kind === "selector");
}

/** Returns what stands inside parentheses, signs, subqueries and offsets. */
export function unwrapped(node: PromNode): PromNode {
  return node.kind === "wrapped" ? unwrapped(node.inner) : node;
}

/** Returns the value of a number, its sign included; null for anything else. */
export function numberIn(node: PromNode): number | null {
  if (node.kind === "number") return node.value;
  if (node.kind !== "wrapped") return null;
  const value = numberIn(node.inner);
  return value === null ? null : node.negative ? -value : value;
}
