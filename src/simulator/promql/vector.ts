// Instant vectors and what queries do with them: sum, divide, keep what is above a number.

/** One element of an instant vector. Labels that a series lacks are left out. */
export type VectorElement = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

export type Vector = readonly VectorElement[];

/** Returns sum(vector) without its labels: nothing of nothing. */
export function sum(vector: Vector): Vector {
  if (vector.length === 0) return [];
  return [{ labels: {}, value: vector.reduce((total, { value }) => total + value, 0) }];
}

/** Returns the operation on the values of elements with equal labels; the others are left out. */
export function matched(
  left: Vector,
  right: Vector,
  operation: (left: number, right: number) => number,
): Vector {
  const byLabels = new Map(right.map(({ labels, value }) => [labelKey(labels), value]));
  return left.flatMap(({ labels, value }) => {
    const other = byLabels.get(labelKey(labels));
    return other === undefined ? [] : [{ labels, value: operation(value, other) }];
  });
}

/** Returns left / right, element by element; 0 / 0 is NaN. */
export function quotient(left: Vector, right: Vector): Vector {
  return matched(left, right, (dividend, divisor) => dividend / divisor);
}

/** Returns the elements above a number (`vector > number`). */
export function above(vector: Vector, number: number): Vector {
  return vector.filter(({ value }) => value > number);
}

/** Returns the vector with each value changed. */
export function mapped(vector: Vector, change: (value: number) => number): Vector {
  return vector.map(({ labels, value }) => ({ labels, value: change(value) }));
}

/** Returns left, and of right what has no element with equal labels there (`left or right`). */
export function or(left: Vector, right: Vector): Vector {
  const known = new Set(left.map(({ labels }) => labelKey(labels)));
  return [...left, ...right.filter(({ labels }) => !known.has(labelKey(labels)))];
}

function labelKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
