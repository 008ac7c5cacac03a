// Points that fill a cube evenly: the Sobol sequence with a digital shift drawn from a seed.

import type { RandomStream } from "../simulator/random/random-stream.ts";

const BITS = 32;
const UINT32_RANGE = 2 ** BITS;

/**
 * Degree s and coefficients a of the primitive polynomials of dimensions 2…21, and the initial numbers m
 * (Joe & Kuo, "Constructing Sobol sequences with better two-dimensional projections", 2008).
 */
const DIRECTIONS: readonly { readonly s: number; readonly a: number; readonly m: readonly number[] }[] = [
  { s: 1, a: 0, m: [1] },
  { s: 2, a: 1, m: [1, 3] },
  { s: 3, a: 1, m: [1, 3, 1] },
  { s: 3, a: 2, m: [1, 1, 1] },
  { s: 4, a: 1, m: [1, 1, 3, 3] },
  { s: 4, a: 4, m: [1, 3, 5, 13] },
  { s: 5, a: 2, m: [1, 1, 5, 5, 17] },
  { s: 5, a: 4, m: [1, 1, 5, 5, 5] },
  { s: 5, a: 7, m: [1, 1, 7, 11, 19] },
  { s: 5, a: 11, m: [1, 1, 5, 1, 1] },
  { s: 5, a: 13, m: [1, 1, 1, 3, 11] },
  { s: 5, a: 14, m: [1, 3, 5, 5, 31] },
  { s: 6, a: 1, m: [1, 3, 3, 9, 7, 49] },
  { s: 6, a: 13, m: [1, 1, 1, 15, 21, 21] },
  { s: 6, a: 16, m: [1, 3, 1, 13, 27, 49] },
  { s: 6, a: 19, m: [1, 1, 1, 15, 7, 5] },
  { s: 6, a: 22, m: [1, 3, 1, 15, 13, 25] },
  { s: 6, a: 25, m: [1, 1, 5, 5, 19, 61] },
  { s: 7, a: 1, m: [1, 3, 7, 11, 23, 15, 103] },
  { s: 7, a: 4, m: [1, 3, 7, 13, 13, 15, 69] },
];

/** The most dimensions that `SobolSequence` has. */
export const MOST_DIMENSIONS = DIRECTIONS.length + 1;

/** Yields points of [0, 1)^dimensions; of the first 2^k points, each 2^-k slice of each axis holds exactly one. */
export class SobolSequence {
  readonly #directions: readonly Uint32Array[];
  readonly #state: Uint32Array;
  readonly #shift: Uint32Array;
  #index = 0;

  /** Throws where `dimensions` is not within 1…`MOST_DIMENSIONS`. */
  constructor(dimensions: number, random: RandomStream) {
    if (!(dimensions >= 1 && dimensions <= MOST_DIMENSIONS)) {
      throw new RangeError(`${dimensions} dimensions, must be 1 to ${MOST_DIMENSIONS}`);
    }
    this.#directions = Array.from({ length: dimensions }, (_, axis) => directionNumbers(axis));
    this.#shift = Uint32Array.from({ length: dimensions }, () => random.below(UINT32_RANGE));
    this.#state = this.#shift.slice();
  }

  /** Returns the next point (Antonov & Saleev's Gray code order). */
  next(): readonly number[] {
    const point = Array.from(this.#state, (bits) => bits / UINT32_RANGE);
    const changed = Math.clz32(~this.#index & -~this.#index) ^ (BITS - 1);
    this.#index += 1;
    this.#directions.forEach((numbers, axis) => {
      this.#state[axis] = ((this.#state[axis] ?? 0) ^ (numbers[changed] ?? 0)) >>> 0;
    });
    return point;
  }
}

function directionNumbers(axis: number): Uint32Array {
  const numbers = new Uint32Array(BITS);
  const row = DIRECTIONS[axis - 1];
  if (row === undefined) return numbers.map((_, bit) => 2 ** (BITS - 1 - bit));
  const { s, a, m } = row;
  for (let bit = 0; bit < BITS; bit += 1) {
    numbers[bit] = bit < s ? (m[bit] ?? 0) * 2 ** (BITS - 1 - bit) : recurrence(numbers, bit, { s, a });
  }
  return numbers;
}

function recurrence(
  numbers: Uint32Array,
  bit: number,
  { s, a }: { readonly s: number; readonly a: number },
): number {
  const oldest = numbers[bit - s] ?? 0;
  let number = oldest ^ (oldest >>> s);
  for (let k = 1; k < s; k += 1) {
    if ((a >>> (s - 1 - k)) & 1) number ^= numbers[bit - k] ?? 0;
  }
  return number >>> 0;
}
