// Kubernetes objects of the files: kinds, names, labels, and label selectors.

import { below, entries, type Field, isMapping, items, scalarText, textEntries, textOf } from "./field.ts";
import { type LintDocument, objectsOf } from "./read-file.ts";

export type Manifest = {
  readonly root: Field;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Null where the file leaves it to whoever applies it. */
  readonly namespace: string | null;
  readonly labels: ReadonlyMap<string, string>;
};

/** Returns every Kubernetes object of the documents. */
export function manifestsOf(documents: readonly LintDocument[]): readonly Manifest[] {
  return documents
    .filter(({ format }) => format === "yaml")
    .flatMap(({ root }) =>
      objectsOf(root).flatMap((object) => {
        const kind = textOf(below(object, "kind"));
        const apiVersion = textOf(below(object, "apiVersion"));
        if (kind === null || apiVersion === null) return [];
        return [
          {
            root: object,
            apiVersion,
            kind,
            name: scalarText(below(object, "metadata", "name")) ?? "",
            namespace: scalarText(below(object, "metadata", "namespace")),
            labels: textEntries(below(object, "metadata", "labels")),
          },
        ];
      }),
    );
}

/** Returns the mappings that are no whole objects: pieces of manifests, rule files, dashboards. */
export function fragmentsOf(documents: readonly LintDocument[]): readonly Field[] {
  return documents
    .filter(
      ({ format, root }) =>
        format === "yaml" && isMapping(root.value) && textOf(below(root, "kind")) === null,
    )
    .map(({ root }) => root);
}

/** Returns whether two objects may stand in one namespace: an absent one can be any. */
export function sameNamespace(one: string | null, other: string | null): boolean {
  return one === null || other === null || one === other;
}

/** Returns whether labels satisfy a selector with `matchLabels` and `matchExpressions`; an empty one selects all. */
export function selects(selector: Field, labels: ReadonlyMap<string, string>): boolean {
  const equal = entries(below(selector, "matchLabels")).every(
    ([key, value]) => labels.get(key) === scalarText(value),
  );
  return (
    equal && items(below(selector, "matchExpressions")).every((expression) => satisfies(expression, labels))
  );
}

function satisfies(expression: Field, labels: ReadonlyMap<string, string>): boolean {
  const value = labels.get(scalarText(below(expression, "key")) ?? "");
  const values = items(below(expression, "values")).map(scalarText);
  switch (textOf(below(expression, "operator"))) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return true;
  }
}

/** Returns whether every label of `wanted` is among `labels`; false where nothing is wanted. */
export function includesLabels(
  labels: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): boolean {
  return wanted.size > 0 && [...wanted].every(([key, value]) => labels.get(key) === value);
}
