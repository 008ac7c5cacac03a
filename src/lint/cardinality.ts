// How many series an expression can give: KEDA takes one, and one only.

import { type PromNode, partsOf, selectorsOf } from "./promql.ts";

/** Functions whose result is one value, whatever they are given. */
const SINGLE = new Set(["absent", "absent_over_time", "scalar", "time", "vector", "pi"]);
/** Aggregations that keep series instead of joining them. */
const KEEPING = new Set(["topk", "bottomk", "limitk", "limit_ratio"]);
const ARITHMETIC_FILTERS = new Set(["and", "unless"]);

/** Returns whether an expression can give more than one series: null if it cannot be told. */
export function canBeMany(node: PromNode): boolean | null {
  switch (node.kind) {
    case "selector":
      return true;
    case "number":
    case "text":
      return false;
    case "unknown":
      return null;
    case "wrapped":
      return canBeMany(node.inner);
    case "aggregation":
      if (KEEPING.has(node.op)) return keepsMany(node.args);
      return node.without !== null || node.by.some(({ name }) => !isPinned(node, name));
    case "call":
      return SINGLE.has(node.name) ? false : callCanBeMany(node);
    case "binary":
      if (ARITHMETIC_FILTERS.has(node.op)) return canBeMany(node.left);
      return sidesCanBeMany(node);
  }
}

function keepsMany([count, of]: readonly PromNode[]): boolean | null {
  if (count?.kind === "number" && count.value <= 1) return false;
  return of === undefined ? null : canBeMany(of);
}

/** A quantile of a histogram gives a series less its buckets: one, where only `le` is left. */
function callCanBeMany(node: PromNode & { readonly kind: "call" }): boolean | null {
  const vectors = node.args.filter(({ kind }) => kind !== "number" && kind !== "text");
  const [last] = vectors.slice(-1);
  if (last === undefined) return false;
  if (node.name === "histogram_quantile" && last.kind === "aggregation" && last.without === null)
    return last.by.some(({ name }) => name !== "le" && !isPinned(last, name));
  return canBeMany(last);
}

/** Elements are matched one to one, so the smaller side decides; a number leaves the other side as it is. */
function sidesCanBeMany({ left, right, op, group }: PromNode & { readonly kind: "binary" }): boolean | null {
  const [one, other] = [canBeMany(left), canBeMany(right)];
  if (isNumber(left)) return other;
  if (isNumber(right)) return one;
  if (one === null || other === null) return null;
  return op === "or" || group !== null ? one || other : one && other;
}

function isNumber(node: PromNode): boolean {
  if (node.kind === "wrapped") return isNumber(node.inner);
  if (node.kind === "binary") return isNumber(node.left) && isNumber(node.right);
  return node.kind === "number" || (node.kind === "call" && ["scalar", "time", "pi"].includes(node.name));
}

/** Whether every selector below asks for one value of a label, so that grouping by it divides nothing. */
function isPinned(node: PromNode, label: string): boolean {
  const selectors = selectorsOf(node);
  return (
    selectors.length > 0 &&
    selectors.every(({ matchers }) =>
      matchers.some(
        ({ name, op, value }) => name === label && (op === "=" || (op === "=~" && /^[\w-]+$/.test(value))),
      ),
    )
  );
}

/**
 * Returns the parts of an expression that its value comes from: what stands behind `and` and `unless` only decides whether
 * there is one.
 */
export function sourcesOf(node: PromNode): readonly PromNode[] {
  if (node.kind === "binary" && ARITHMETIC_FILTERS.has(node.op)) return [node, ...sourcesOf(node.left)];
  return [node, ...partsOf(node).flatMap(sourcesOf)];
}

/** Returns whether the expression is a latency: a quantile, or durations divided by how many they were. */
export function isLatency(node: PromNode): boolean {
  return sourcesOf(node).some((part) => {
    if (part.kind === "call") return part.name === "histogram_quantile";
    if (part.kind === "selector") return part.matchers.some(({ name }) => name === "quantile");
    if (part.kind !== "binary" || part.op !== "/") return false;
    const durations = selectorsOf(part.left).some(({ name }) => DURATION.test(name ?? ""));
    return durations && selectorsOf(part.right).some(({ name }) => REQUESTS.test(name ?? ""));
  });
}

/** What durations are divided by to give a mean. */
const REQUESTS = /^nv_|_(count|total)$/;
const DURATION =
  /_duration_us|_summary_us_sum|_histogram_ms_sum|(latency|duration|time)_(us|ms|seconds)(_sum)?$/;
