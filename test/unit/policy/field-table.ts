// The table of docs/POLICY.md as it follows from the code.

import { POLICY_FIELDS } from "../../../src/policy/defaults.ts";
import type { FieldEntry } from "../../../src/policy/field-entry.ts";

/** Returns the lines of the table, head included. */
export function fieldTable(): readonly string[] {
  const rows = Object.entries(POLICY_FIELDS).map(([path, entry]: [string, FieldEntry]) => {
    return `| \`${path}\` | ${entry.meaning} | ${defaultOf(entry)} | ${entry.why} |`;
  });
  return ["| field | meaning | default | why |", "|---|---|---|---|", ...rows];
}

function defaultOf(entry: FieldEntry): string {
  if (entry.computed !== undefined) return `\`${entry.computed}\``;
  if (entry.default === undefined) return "–";
  return typeof entry.default === "string" ? `\`${entry.default}\`` : `\`${JSON.stringify(entry.default)}\``;
}
