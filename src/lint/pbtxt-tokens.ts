// The words of protobuf's text format, each with its place.

/** A word: a name or bare value, a number, a quoted text, or one character that means something. */
export type Token = {
  readonly kind: "name" | "number" | "text" | "sign" | "end" | "bad";
  /** As written; of a text what it means. */
  readonly text: string;
  readonly offset: number;
};

const BLANK = /(?:[\s,;]|#[^\n]*)*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fF]?/y;
/** The name of an extension; what follows it tells it from a list of one name. */
const EXTENSION = /\[[A-Za-z_][\w./-]*\](?=\s*[:{<])/y;
const SIGNS = new Set(["{", "}", "<", ">", "[", "]", ":", "-"]);
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
]);

/** Returns the words of a text, the end last; separators and comments are left out. A bad one ends the list. */
export function pbtxtTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += lengthOf(BLANK, text, at);
    if (at >= text.length) return [...tokens, { kind: "end", text: "", offset: text.length }];
    const { token, end } = tokenAt(text, at);
    tokens.push(token);
    if (token.kind === "bad") return tokens;
    at = end;
  }
}

function tokenAt(text: string, offset: number): { readonly token: Token; readonly end: number } {
  const made = (kind: Token["kind"], length: number) => ({
    token: { kind, text: text.slice(offset, offset + length), offset },
    end: offset + length,
  });
  const name = lengthOf(NAME, text, offset);
  if (name > 0) return made("name", name);
  const number = lengthOf(NUMBER, text, offset);
  if (number > 0) return made("number", number);
  const character = text[offset] ?? "";
  const extension = lengthOf(EXTENSION, text, offset);
  if (extension > 0) return made("name", extension);
  if (SIGNS.has(character)) return made("sign", 1);
  if (character !== '"' && character !== "'") return made("bad", 1);
  const end = textEnd(text, offset);
  if (end === null) return made("bad", 1);
  return { token: { kind: "text", text: unescaped(text.slice(offset + 1, end)), offset }, end: end + 1 };
}

/** Where the closing quote stands; null where the line ends before it. */
function textEnd(text: string, start: number): number | null {
  const quote = text[start];
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === quote) return at;
    if (text[at] === "\\") at += 1;
  }
  return null;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gs, (_, character: string) => ESCAPES.get(character) ?? character);
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
