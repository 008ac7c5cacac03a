// What the chart in deploy/helm holds of things that are elsewhere: after a change of those,
// npx vitest run test/integration/chart.test.ts -u

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { VERSION } from "../../src/domain/version.ts";
import { filesBelow, ROOT } from "../architecture/source-files.ts";
import { checkedOut, RULE_FILES } from "../support/alert-files.ts";
import { chartValuesSchema } from "../support/chart-values.ts";
import { ruleGroupsFile } from "../support/prometheus-rule.ts";

const CHART = `${ROOT}deploy/helm/tidemark`;

function chartFile(path: string): string {
  return readFileSync(`${CHART}/${path}`, "utf8");
}

/** The keys of every mapping in values.yaml that its schema lists, as dotted paths. */
function keysOf(schema: unknown, path: readonly string[] = []): readonly string[] {
  const { properties, additionalProperties } = schema as {
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly additionalProperties?: unknown;
  };
  if (properties === undefined || additionalProperties !== false) return [];
  return Object.entries(properties).flatMap(([key, value]) => [
    [...path, key].join("."),
    ...keysOf(value, [...path, key]),
  ]);
}

describe("the chart", () => {
  test("has the alerts and the dashboard of deploy/monitoring", async () => {
    await expect(
      `# As in deploy/monitoring/rules.\n${ruleGroupsFile(RULE_FILES.map(checkedOut))}`,
    ).toMatchFileSnapshot(`${CHART}/files/rule-groups.yaml`);
    await expect(checkedOut("deploy/monitoring/dashboard.json")).toMatchFileSnapshot(
      `${CHART}/files/dashboard.json`,
    );
  });

  test("has the schema of its values, with those of policies and configurations", async () => {
    await expect(`${JSON.stringify(chartValuesSchema(), null, 2)}\n`).toMatchFileSnapshot(
      `${CHART}/values.schema.json`,
    );
  });

  test("is of the version that it installs", () => {
    const { version, appVersion } = parse(chartFile("Chart.yaml")) as Readonly<Record<string, string>>;
    expect({ version, appVersion }).toEqual({ version: VERSION, appVersion: VERSION });
  });

  test("explains every value: each key of values.yaml is known, and each section has its remark", () => {
    const text = chartFile("values.yaml");
    const known = new Set(keysOf(chartValuesSchema()));
    const written = Object.entries(parse(text) as object).flatMap(([key, value]) =>
      value !== null &&
      typeof value === "object" &&
      !Array.isArray(value) &&
      known.has(`${key}.${Object.keys(value)[0]}`)
        ? [key, ...Object.keys(value).map((below) => `${key}.${below}`)]
        : [key],
    );
    expect(written.filter((key) => !known.has(key))).toEqual([]);
    const silent = text.split("\n\n").filter((section) => !section.startsWith("#"));
    expect(silent).toEqual([]);
  });

  test("keeps one object to a file, or one for each policy or namespace", () => {
    const templates = filesBelow("deploy/helm/tidemark/templates", ".yaml");
    expect(templates.length).toBeGreaterThan(20);
    for (const file of templates) {
      const text = readFileSync(`${ROOT}${file}`, "utf8");
      expect(text.match(/^kind: /gm)?.length, file).toBe(1);
    }
  });
});
