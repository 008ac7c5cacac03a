// Reads comma-separated bytes row by row: no quotes, a header that names the columns, nothing guessed.

import { TraceProblem } from "./trace-problem.ts";

const COMMA = 0x2c;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const POINT = 0x2e;
const ZERO = 0x30;
const EXACT_DIGITS_MAX = 15;
const DECIMAL = /^[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$/;
const SHOWN_LENGTH_MAX = 40;

/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: EXACT_DIGITS_MAX + 1 }, (_, exponent) => 10 ** exponent);

/** A walk through the rows; what is asked for by `column` is a place in the list of wanted columns. */
export class CsvReader {
  readonly #bytes: Uint8Array;
  readonly #names: readonly string[];
  readonly #columnCount: number;
  /** Column of the file → place in the list of wanted columns; -1 = not wanted. */
  readonly #wanted: Int32Array;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #decoder = new TextDecoder();
  #at = 0;
  #line = 0;

  constructor(bytes: Uint8Array, names: readonly string[]) {
    this.#bytes = bytes;
    this.#names = names;
    const header = this.#headerLine().split(",");
    this.#columnCount = header.length;
    this.#wanted = Int32Array.from(header, (name) => names.indexOf(name));
    const missing = names.find((name) => !header.includes(name));
    if (missing !== undefined) {
      this.fail(`there is no column ${missing}; the header must name ${names.join(", ")}`);
    }
    this.#starts = new Int32Array(names.length);
    this.#ends = new Int32Array(names.length);
  }

  /** Moves on to the next row; false = there is none. The last one needs no newline. */
  nextRow(): boolean {
    if (this.#at >= this.#bytes.length) return false;
    this.#line += 1;
    const end = this.#lineEnd();
    let column = 0;
    let start = this.#at;
    for (let index = start; index <= end; index += 1) {
      if (index < end && this.#bytes[index] !== COMMA) continue;
      const place = this.#wanted[column] ?? -1;
      if (place >= 0) {
        this.#starts[place] = start;
        this.#ends[place] = index;
      }
      column += 1;
      start = index + 1;
    }
    if (column !== this.#columnCount) this.fail(`${column} fields, the header has ${this.#columnCount}`);
    this.#moveBehind(end);
    return true;
  }

  /** Where in the bytes a field of the row starts. */
  start(column: number): number {
    return this.#starts[column] ?? 0;
  }

  /** The end of a field: the place behind its last byte. */
  end(column: number): number {
    return this.#ends[column] ?? 0;
  }

  text(column: number): string {
    return this.#decoder.decode(this.#bytes.subarray(this.start(column), this.end(column)));
  }

  /** Returns a field that is a number ≥ 0. */
  decimal(column: number): number {
    const [start, end] = [this.start(column), this.end(column)];
    let digits = 0;
    let decimals = -1;
    for (let index = start; index < end; index += 1) {
      const byte = this.#bytes[index] ?? 0;
      if (byte === POINT && decimals < 0 && index > start) decimals = 0;
      else if (byte >= ZERO && byte < ZERO + 10) {
        digits = digits * 10 + (byte - ZERO);
        if (decimals >= 0) decimals += 1;
      } else return this.#slowDecimal(column);
    }
    if (end === start || end - start > EXACT_DIGITS_MAX) return this.#slowDecimal(column);
    return decimals > 0 ? digits / (POWERS[decimals] ?? 1) : digits;
  }

  /** Returns a field that is a whole number within bounds. */
  integer(column: number, min: number, max: number): number {
    const value = this.decimal(column);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    return this.fail(
      `${this.#named(column)} is ${this.#shown(column)}, must be a whole number from ${min} to ${max}`,
    );
  }

  /** Throws what is wrong with the present row. */
  fail(message: string): never {
    throw new TraceProblem(this.#line, message);
  }

  #slowDecimal(column: number): number {
    const text = this.text(column);
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(value)) return value;
    return this.fail(`${this.#named(column)} is ${this.#shown(column)}, must be a number, at least 0`);
  }

  #named(column: number): string {
    return this.#names[column] ?? "";
  }

  #shown(column: number): string {
    return JSON.stringify(this.text(column).slice(0, SHOWN_LENGTH_MAX));
  }

  #headerLine(): string {
    this.#line = 1;
    const end = this.#lineEnd();
    const header = this.#decoder.decode(this.#bytes.subarray(0, end));
    this.#moveBehind(end);
    return header;
  }

  #lineEnd(): number {
    const newline = this.#bytes.indexOf(NEWLINE, this.#at);
    const end = newline < 0 ? this.#bytes.length : newline;
    return end > this.#at && this.#bytes[end - 1] === RETURN ? end - 1 : end;
  }

  #moveBehind(end: number): void {
    this.#at = end + (this.#bytes[end] === RETURN ? 2 : 1);
  }
}

/** Returns how many rows there can be at most. */
export function countLines(bytes: Uint8Array): number {
  let lines = 1;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}
