// Rows, numbers and spans of the texts that people read of a decision.

import { type Millis } from "../domain/units.ts";

const SPAN_UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];

/** Returns the cells in a line, each filled up to its width; longer content keeps two blanks of distance. */
export function row(cells: readonly (readonly [text: string, width: number])[]): string {
  const padded = cells.map(([text, width]) =>
    text.padEnd(Math.max(width, text === "" ? 0 : text.length + 2)),
  );
  return `  ${padded.join("")}`.trimEnd();
}

/** Returns four significant digits of a small number, whole ones from 1000 on. */
export function shortNumber(value: number): string {
  return String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4)));
}

/** Returns seconds as `1.5s`, and less than one as `500ms`. */
export function secondsText(value: number): string {
  return value < 1 ? `${shortNumber(value * 1000)}ms` : `${shortNumber(value)}s`;
}

/** Returns a span in the fewest units that are exact, as `1m30s`; `0s` for none. */
export function spanText(span: Millis): string {
  let left = Math.round(span);
  const parts: string[] = [];
  for (const [unit, size] of SPAN_UNITS) {
    const count = Math.floor(left / size);
    if (count > 0) parts.push(`${count}${unit}`);
    left -= count * size;
  }
  return parts.length === 0 ? "0s" : parts.join("");
}
