// docs/POLICY.md and docs/ERRORS.md say what the code says, in both directions.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../../src/cli/exit-codes.ts";
import { BASELINES } from "../../../src/domain/baselines.ts";
import { ISSUE_SEVERITIES } from "../../../src/domain/issue.ts";
import { badRequest, notFound, policyNotFound, recordNotFound } from "../../../src/http/failure.ts";
import { checkDocument } from "../../../src/policy/check-document.ts";
import { POLICY_FIELDS } from "../../../src/policy/defaults.ts";
import { policyJsonSchema, scenarioJsonSchema, tuningJsonSchema } from "../../../src/policy/json-schema.ts";
import { SCENARIO_FIELDS } from "../../../src/policy/scenario-fields.ts";
import { TUNING_FIELDS } from "../../../src/policy/tuning-fields.ts";
import { baselineTable, fieldTable } from "./field-table.ts";
import { ISSUE_CASES } from "./issue-cases.ts";

const read = (name: string): string =>
  readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");

function between(text: string, start: RegExp, end: string): readonly string[] {
  const from = text.slice(text.search(start));
  return from.slice(0, from.indexOf(end)).split("\n").slice(1, -1);
}

/** The path of every field that a JSON Schema of ours has, lists as `[]`. */
function paths(schema: unknown, path = ""): readonly string[] {
  if (schema === null || typeof schema !== "object") return [];
  const of = (key: string): unknown => Reflect.get(schema, key);
  const properties = of("properties");
  const own = Object.entries(typeof properties === "object" && properties !== null ? properties : {}).flatMap(
    ([key, inner]) => {
      const name = path === "" ? key : `${path}.${key}`;
      return [name, ...paths(inner, name)];
    },
  );
  const options = [of("anyOf"), of("oneOf")].flatMap((found) => (Array.isArray(found) ? found : []));
  const alternatives = options.flatMap((option) => paths(option, path));
  return [...own, ...paths(of("items"), `${path}[]`), ...alternatives];
}

describe("docs/POLICY.md", () => {
  test("has the table of fields as the code has it", () => {
    expect(between(read("POLICY.md"), /<!-- fields:/, "<!-- /fields -->")).toEqual(fieldTable());
  });

  test("and the table has every field of the schema, and no other", () => {
    const structural = ["apiVersion", "kind", "metadata", "spec"];
    const found = paths(policyJsonSchema()).filter((path) => !structural.includes(path));
    expect([...new Set(found)].sort()).toEqual(Object.keys(POLICY_FIELDS).sort());
  });
});

describe("docs/SCENARIOS.md", () => {
  const text = read("SCENARIOS.md");
  const structural = ["apiVersion", "kind", "metadata", "spec"];

  test("has the tables of fields and baselines as the code has them", () => {
    expect(between(text, /<!-- fields:/, "<!-- /fields -->")).toEqual(fieldTable(SCENARIO_FIELDS));
    expect(between(text, /<!-- baselines:/, "<!-- /baselines -->")).toEqual(baselineTable());
    expect(between(text, /<!-- tuning-fields:/, "<!-- /tuning-fields -->")).toEqual(
      fieldTable(TUNING_FIELDS),
    );
  });

  test("and the table has every field of the schema, and no other", () => {
    const parameters = Object.values(BASELINES).flatMap((rule) => Object.keys(rule.parameters));
    const isParameter = (path: string): boolean =>
      parameters.some((name) => path === `spec.candidates[].${name}`);
    // A span's own keys are told once, under the conventions.
    const isSpan = (path: string): boolean => /\.(p50|p95|samples)$/.test(path);
    const found = paths(scenarioJsonSchema()).filter(
      (path) => !structural.includes(path) && !isParameter(path) && !isSpan(path),
    );
    expect([...new Set(found)].sort()).toEqual(Object.keys(SCENARIO_FIELDS).sort());
  });

  test("and that of tunings likewise", () => {
    const below = paths(tuningJsonSchema()).filter((path) => !structural.includes(path));
    const listed = Object.keys(TUNING_FIELDS).filter((path) => !path.startsWith("spec.space."));
    expect([...new Set(below)].sort()).toEqual(listed.sort());
  });

  test("shows documents without a remark", () => {
    const shown = [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, document = ""]) => document);
    expect(shown.length).toBe(3);
    const issues = shown.flatMap(
      (document) =>
        checkDocument({ file: "SCENARIOS.md", bytes: new TextEncoder().encode(document) }, null).issues,
    );
    expect(issues).toEqual([]);
  });
});

describe("docs/ERRORS.md", () => {
  const sections = new Map(
    read("ERRORS.md")
      .split(/^### /m)
      .slice(1)
      .map((section) => [section.split("\n")[0] ?? "", section.split(/^## /m)[0] ?? ""]),
  );

  test("has a section for every code, in their order, and no other", () => {
    expect([...sections.keys()]).toEqual(Object.keys(ISSUE_SEVERITIES));
  });

  /** Cases of several files stand elsewhere. */
  const BETWEEN_FILES = ["DUPLICATE_POLICY", "QUEUE_TARGET_BELOW_EXECUTION"];

  test.each([...sections].filter(([code]) => !BETWEEN_FILES.includes(code)))(
    "%s shows a line as it is printed",
    (code, section) => {
      const example = /```\n(.*)\n```/.exec(section)?.[1];
      expect(
        ISSUE_CASES.filter((issueCase) => issueCase.code === code).flatMap(({ lines }) => lines),
      ).toContain(example);
    },
  );

  test("says of warnings, and of nothing else, that they are", () => {
    const said = [...sections].filter(([, section]) => section.includes("\nWarning")).map(([code]) => code);
    const warnings = Object.entries(ISSUE_SEVERITIES).filter(([, severity]) => severity === "warning");
    expect(said).toEqual(warnings.map(([code]) => code));
  });

  test("lists the codes of the HTTP API with their status", () => {
    const rows = between(read("ERRORS.md"), /<!-- http-codes -->/, "<!-- /http-codes -->").slice(2);
    const listed = rows.map((row) => /^\| `(\w+)` \| (\d+) \|/.exec(row)?.slice(1, 3).join(" "));
    const answered = [badRequest(""), notFound(""), policyNotFound(""), recordNotFound("", null)];
    expect(listed).toEqual([...answered.map(({ code, status }) => `${code} ${status}`), "INTERNAL 503"]);
  });

  test("lists every exit code", () => {
    const rows = read("ERRORS.md")
      .split("## Exit codes")[1]
      ?.match(/^\| \d /gm);
    expect(rows?.map((row) => Number(row.slice(2)))).toEqual(Object.values(EXIT));
  });
});
