// Columns of numbers that grow.

/** Returns a column twice as long that begins with the same numbers. */
export function twice<Column extends { readonly length: number; set(from: Column): void }>(
  column: Column,
  create: new (length: number) => Column,
): Column {
  const grown = new create(column.length * 2);
  grown.set(column);
  return grown;
}
