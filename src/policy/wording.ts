// Foreign values and names inside our messages: quoted, short, on one line, harmless on a terminal; and near misses.

const LONGEST_SHOWN = 60;
const LONGEST_COMPARED = 40;
/** What can move a cursor, end a line or reverse the reading direction: controls, formats, separators, half characters. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Returns a value as a message shows it: scalars as JSON, cut after 60 characters and without a URL's credentials; collections by their kind. */
export function shown(value: unknown): string {
  if (typeof value === "string") return quoted(value.replace(/\/\/[^/?#\s]*@/, "//…@"));
  if (Array.isArray(value)) return "a list";
  if (value !== null && typeof value === "object") return "a mapping";
  return String(value);
}

/** Returns `text` in double quotes, on one line and without anything a terminal would obey. */
export function quoted(text: string): string {
  const short = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return harmless(JSON.stringify(short));
}

/** Returns `text` with line ends, controls and what reverses reading written as escapes. */
export function harmless(text: string): string {
  return text.replace(UNSAFE, (found) => `\\u${(found.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}

/** Returns `items` as `a`, `a or b`, `a, b or c`. */
export function anyOf(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} or ${last}`;
}

/** Returns the candidate that `word` was probably meant to be, or null where none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (word.length > LONGEST_COMPARED) return null;
  const allowed = Math.max(1, Math.floor(word.length / 3));
  let best: { readonly candidate: string; readonly distance: number } | null = null;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > allowed) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= allowed && (best === null || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate ?? null;
}

/** Returns how many letters to insert, drop or replace (or neighbours to swap) to turn one word into the other. */
function editDistance(one: string, other: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const swapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current.push(
        Math.min(
          (current[column - 1] ?? 0) + 1,
          (last[column] ?? 0) + 1,
          (last[column - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[other.length] ?? 0;
}
