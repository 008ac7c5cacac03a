// The tables of fields in the documents as they follow from the code.

import { BASELINES, type BaselineParameter, type BaselineRule } from "../../../src/domain/baselines.ts";
import { POLICY_FIELDS } from "../../../src/policy/defaults.ts";
import type { FieldEntry } from "../../../src/policy/field-entry.ts";

/** Returns the lines of a table of fields, head included. */
export function fieldTable(fields: Readonly<Record<string, FieldEntry>> = POLICY_FIELDS): readonly string[] {
  const rows = Object.entries(fields).map(([path, entry]) => {
    return `| \`${path}\` | ${entry.meaning} | ${defaultOf(entry)} | ${entry.why} |`;
  });
  return ["| field | meaning | default | why |", "|---|---|---|---|", ...rows];
}

/** Returns the lines of the table of rules that are not ours. */
export function baselineTable(): readonly string[] {
  const rows = Object.entries(BASELINES).flatMap(
    ([kind, { meaning, parameters }]: [string, BaselineRule]) => [
      `| \`${kind}\` | | | ${meaning} |`,
      ...Object.entries(parameters).map(
        ([name, parameter]) => `| | \`${name}\` | ${parameterDefault(parameter)} | ${parameter.meaning} |`,
      ),
    ],
  );
  return ["| baseline | parameter | default | meaning |", "|---|---|---|---|", ...rows];
}

function parameterDefault({ default: value, unit, required }: BaselineParameter): string {
  if (required === true) return "required";
  if (value === null) return "–";
  return unit === "duration" ? `\`${value * 1000}ms\`` : `\`${value}\``;
}

function defaultOf(entry: FieldEntry): string {
  if (entry.computed !== undefined) return `\`${entry.computed}\``;
  if (entry.default === undefined) return "–";
  return typeof entry.default === "string" ? `\`${entry.default}\`` : `\`${JSON.stringify(entry.default)}\``;
}
