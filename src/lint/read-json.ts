// JSON: strict, and only parsed with positions where it is something that has rules.

import type { Finding } from "../policy/finding.ts";
import type { SourceText } from "../policy/source-text.ts";
import { harmless } from "../policy/wording.ts";
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
  } catch (error) {
    const message = error instanceof Error ? error.message : "nested too deeply";
    const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? source.text.length);
    const text = `not valid JSON: ${harmless(message.replace(/ in JSON at position.*| at position.*/s, ""))}`;
    return {
      ok: false,
      finding: { ...source.positionAt(offset), code: "YAML_SYNTAX", path: "", message: text },
    };
  }
}
