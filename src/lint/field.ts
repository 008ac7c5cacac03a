// A place in a document that was read: its data, and the way back to line and column.

import type { FieldPath, Position } from "../policy/finding.ts";
import type { Locator } from "../policy/locate.ts";

/** Where a document came from and where its parts stand. */
export type Origin = {
  readonly file: string;
  readonly locate: Locator;
  /** Returns where a character of the text at `path` stands; `offset` counts from the start of that text. */
  within(path: FieldPath, offset: number): Position;
};

/** The value at a path of a document; `undefined` where there is none. */
export type Field = { readonly origin: Origin; readonly path: FieldPath; readonly value: unknown };

/** Returns whether `value` is a mapping. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Returns what stands at `steps` below `field`; its value is undefined where the document has nothing there. */
export function below(field: Field, ...steps: FieldPath): Field {
  let value = field.value;
  for (const step of steps) {
    if (Array.isArray(value) && typeof step === "number") value = value[step];
    else value = isMapping(value) && Object.hasOwn(value, step) ? value[String(step)] : undefined;
  }
  return { origin: field.origin, path: [...field.path, ...steps], value };
}

/** Returns whether the document says anything there; an empty value says nothing. */
export function isPresent({ value }: Field): boolean {
  return value !== undefined && value !== null;
}

/** Returns the items of a list; none of anything else. */
export function items(field: Field): readonly Field[] {
  return Array.isArray(field.value) ? field.value.map((_, index) => below(field, index)) : [];
}

/** Returns the keys of a mapping with what stands under them; none of anything else. */
export function entries(field: Field): readonly (readonly [key: string, field: Field])[] {
  return isMapping(field.value)
    ? Object.keys(field.value).map((key) => [key, below(field, key)] as const)
    : [];
}

/** Returns a text, or null where there is none. */
export function textOf({ value }: Field): string | null {
  return typeof value === "string" ? value : null;
}

/** Returns a scalar as it would be written: `8001`, `true`, `text`; null for anything else. */
export function scalarText({ value }: Field): string | null {
  return ["string", "number", "boolean", "bigint"].includes(typeof value) ? String(value) : null;
}

/** Returns a number, also one in quotes; null where there is none. */
export function numberOf(field: Field): number | null {
  const text = scalarText(field)?.trim() ?? "";
  const value = text === "" || typeof field.value === "boolean" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Returns the mapping's scalars as texts, such as labels. */
export function textEntries(field: Field): ReadonlyMap<string, string> {
  return new Map(
    entries(field).flatMap(([key, value]) => {
      const text = scalarText(value);
      return text === null ? [] : [[key, text] as const];
    }),
  );
}
