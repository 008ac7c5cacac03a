// Reads fields of objects as the API sends them, whatever they turn out to be.

/** Returns what is at the end of the path, or undefined where any part of it is missing. */
export function fieldOf(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found: unknown = value;
  for (const key of path) {
    if (found === null || typeof found !== "object") return undefined;
    if (!Object.hasOwn(found, key)) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}

/** Returns the text there, or null. */
export function textOf(value: unknown, ...path: readonly (string | number)[]): string | null {
  const found = fieldOf(value, ...path);
  return typeof found === "string" ? found : null;
}

/** Returns the finite number there, or null. */
export function numberOf(value: unknown, ...path: readonly (string | number)[]): number | null {
  const found = fieldOf(value, ...path);
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

/** Returns the items of the list there; none where there is no list. */
export function itemsOf(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = fieldOf(value, ...path);
  return Array.isArray(found) ? found : [];
}
