// From a character of a YAML or JSON text value to its place in the source: quotes, escapes, folding, indentation.

const SPACE = /\s/;
const HEX_DIGITS: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);
/** What an escape in double quotes stands for, where that is white space; the others stand for something visible. */
const BLANK_ESCAPES = new Set(["n", "t", "r", "v", "f", "N", "L", "P", "_", " ", "\t", "\n", "\r"]);

/**
 * Returns the offset in `source` of the character at `offset` of the text that a scalar means. Whatever the style, what is
 * not white space stands in the source in the same order: so it is counted. `start` is where the scalar begins, its quote
 * or `|` included.
 */
export function sourceOffset(
  source: string,
  start: number,
  { text, offset }: { readonly text: string; readonly offset: number },
): number {
  let visible = 0;
  for (let index = 0; index < offset && index < text.length; index += 1) {
    if (!SPACE.test(text[index] ?? "")) visible += 1;
  }
  const first = source[start];
  let at = first === "|" || first === ">" ? lineEnd(source, start) : start;
  if (first === '"' || first === "'") at = start + 1;
  for (; at < source.length; at += 1) {
    const { length, blank } = unit(source, at, first);
    if (!blank) {
      if (visible === 0) return at;
      visible -= 1;
    }
    at += length - 1;
  }
  return start;
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end === -1 ? source.length : end;
}

/** What stands at `at` for one character of the text. */
function unit(
  source: string,
  at: number,
  quote: string | undefined,
): { readonly length: number; readonly blank: boolean } {
  const character = source[at] ?? "";
  if (quote === '"' && character === "\\") {
    const escape = source[at + 1] ?? "";
    const digits = HEX_DIGITS.get(escape) ?? 0;
    if (digits === 0) return { length: 2, blank: BLANK_ESCAPES.has(escape) };
    const code = Number.parseInt(source.slice(at + 2, at + 2 + digits), 16);
    const blank = code <= 0xff_ff && SPACE.test(String.fromCharCode(code));
    return { length: 2 + digits, blank };
  }
  if (quote === "'" && character === "'" && source[at + 1] === "'") return { length: 2, blank: false };
  return { length: 1, blank: SPACE.test(character) };
}
