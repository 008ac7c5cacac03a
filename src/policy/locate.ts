// From a path in the data back to its line and column in the text.

import { isMap, isScalar, isSeq, type Pair, type ParsedNode, type YAMLMap } from "yaml";
import type { FieldPath, Position } from "./finding.ts";
import { keyText } from "./yaml-values.ts";

export type Locator = {
  /** Returns where the value at `path` stands; where it is missing or empty its key, else what encloses it. */
  value(path: FieldPath): Position;
  /** Returns where the key of `path` stands (the item itself in a list); where it is missing what encloses it. */
  key(path: FieldPath): Position;
  /** Returns whether the document holds something at `path`. */
  has(path: FieldPath): boolean;
};

type Place = { readonly keyOffset: number; readonly node: ParsedNode | null };

/** Returns the locator of a document's tree. */
export function locator(root: ParsedNode | null, positionAt: (offset: number) => Position): Locator {
  const pairsOf = pairIndex();
  const rootPlace: Place = { keyOffset: root?.range[0] ?? 0, node: root };
  const follow = (path: FieldPath): { readonly place: Place; readonly complete: boolean } => {
    let place = rootPlace;
    for (const step of path) {
      const next = child(place.node, step, pairsOf);
      if (next === null) return { place, complete: false };
      place = next;
    }
    return { place, complete: true };
  };
  return {
    value(path) {
      const { place, complete } = follow(path);
      return positionAt(complete ? valueOffset(place) : place.keyOffset);
    },
    key: (path) => positionAt(follow(path).place.keyOffset),
    has: (path) => follow(path).complete,
  };
}

type PairIndex = (map: YAMLMap.Parsed) => ReadonlyMap<string | null, Pair<ParsedNode, ParsedNode | null>>;

/** Remembers each mapping's pairs by key, so that a mapping of any size is searched once. */
function pairIndex(): PairIndex {
  const known = new WeakMap<
    YAMLMap.Parsed,
    ReadonlyMap<string | null, Pair<ParsedNode, ParsedNode | null>>
  >();
  return (map) => {
    const index = known.get(map) ?? new Map([...map.items].reverse().map((pair) => [keyText(pair), pair]));
    known.set(map, index);
    return index;
  };
}

function child(node: ParsedNode | null, step: string | number, pairsOf: PairIndex): Place | null {
  if (isSeq(node) && typeof step === "number") {
    const item = node.items[step];
    return item === undefined ? null : { keyOffset: item.range[0], node: item };
  }
  if (!isMap(node)) return null;
  const pair = pairsOf(node).get(String(step));
  return pair === undefined ? null : { keyOffset: pair.key.range[0], node: pair.value };
}

function valueOffset({ keyOffset, node }: Place): number {
  const empty = node === null || (isScalar(node) && node.value === null && (node.source ?? "") === "");
  return empty ? keyOffset : node.range[0];
}
