// Durations as text with units: the strict parser and the one canonical form.

import { type Millis, millis } from "../domain/units.ts";

/** What a duration looks like: numbers, each with its unit. A bare number is none. */
export const DURATION_PATTERN = /^([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+$/;

const PART = /([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)/g;
const MILLIS_OF: ReadonlyMap<string, number> = new Map([
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
]);

/** Returns the sum of the parts (`1h30m`), rounded to whole milliseconds, or null where `text` is no duration. */
export function parseDuration(text: string): Millis | null {
  const total = exactMillis(text);
  return total === null ? null : millis(total);
}

/** Returns the sum of the parts in seconds, not rounded (`0.25ms` is 0.00025), or null where `text` is no duration. */
export function parseSeconds(text: string): number | null {
  const total = exactMillis(text);
  return total === null ? null : total / 1000;
}

function exactMillis(text: string): number | null {
  if (!DURATION_PATTERN.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART))
    total += Number(amount) * (MILLIS_OF.get(unit ?? "") ?? 0);
  return Number.isSafeInteger(Math.round(total)) ? total : null;
}

/** Returns the canonical text: largest units first, none twice, none that is zero (`1m30s`); `0s` for no time at all. */
export function formatDuration(span: Millis): string {
  if (span === 0) return "0s";
  let rest: number = span;
  let text = "";
  for (const [unit, size] of MILLIS_OF) {
    const amount = Math.floor(rest / size);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * size;
  }
  return text;
}
