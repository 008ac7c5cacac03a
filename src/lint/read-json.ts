// JSON: strict, and only parsed with positions where it is something that has rules.

import type { Finding } from "../policy/finding.ts";
import type { SourceText } from "../policy/source-text.ts";
import { quoted } from "../policy/wording.ts";
import { isMapping } from "./field.ts";
import { type Reading, readYaml } from "./read-yaml.ts";

/** What makes a JSON document one of ours: a manifest, rules, a dashboard, or a dashboard as Grafana exports it. */
const KNOWN_KEYS = ["kind", "groups", "panels", "rows", "dashboard"];

/** Returns the document of a JSON text, none where no rule is about such a document; never throws. */
export function readJson(source: SourceText, file: string): Reading {
  const value = parseJson(source);
  if (!value.ok) return { documents: [], findings: [value.finding] };
  const known = isMapping(value.value) && KNOWN_KEYS.some((key) => Object.hasOwn(Object(value.value), key));
  return known ? readYaml(source, file) : { documents: [], findings: [] };
}

type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly finding: Finding };

function parseJson(source: SourceText): Parsed {
  try {
    const value: unknown = JSON.parse(source.text);
    return { ok: true, value };
  } catch {
    const offset = mistakeIn(source.text);
    const found = offset >= source.text.length ? "the end" : quoted(source.text[offset] ?? "");
    const message = `not valid JSON: ${found} is not expected here`;
    return { ok: false, finding: { ...source.positionAt(offset), code: "YAML_SYNTAX", path: "", message } };
  }
}

const BLANK = /[ \t\r\n]*/y;
const SCALAR =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const TEXT = /"(?:[^"\\]|\\.)*"/y;

/** What may come next: a value, a key, what follows a value; at the beginning of a list or mapping also its end. */
type Expected = "value" | "first" | "key" | "firstKey" | "colon" | "after";

/** Where the first character stands that JSON does not allow: engines do not all tell. */
function mistakeIn(text: string): number {
  const open: string[] = [];
  let expected: Expected = "value";
  let at = lengthOf(BLANK, text, 0);
  while (at < text.length) {
    const next = step(text, at, { expected, open });
    if (next === null) return at;
    expected = next.expected;
    at += next.length;
    at += lengthOf(BLANK, text, at);
  }
  return at;
}

/** What stands at `at`, and what may follow; null where it may not stand there. Opens and closes brackets in `open`. */
function step(
  text: string,
  at: number,
  { expected, open }: { readonly expected: Expected; readonly open: string[] },
): { readonly expected: Expected; readonly length: number } | null {
  const character = text[at] ?? "";
  const closes = open.at(-1) === character && ["first", "firstKey", "after"].includes(expected);
  if (closes) {
    open.pop();
    return { expected: "after", length: 1 };
  }
  if (expected === "after") {
    if (character !== "," || open.length === 0) return null;
    return { expected: open.at(-1) === "}" ? "key" : "value", length: 1 };
  }
  if (expected === "colon") return character === ":" ? { expected: "value", length: 1 } : null;
  if (expected === "key" || expected === "firstKey") {
    const length = character === '"' ? lengthOf(TEXT, text, at) : 0;
    return length === 0 ? null : { expected: "colon", length };
  }
  if (character === "{" || character === "[") {
    open.push(character === "{" ? "}" : "]");
    return { expected: character === "{" ? "firstKey" : "first", length: 1 };
  }
  const length = lengthOf(SCALAR, text, at);
  return length === 0 ? null : { expected: "after", length };
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
