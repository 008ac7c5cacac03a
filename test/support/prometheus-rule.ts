// The PrometheusRule object, made from the plain rule files.

import { parse, stringify } from "yaml";

/** A rule, as far as tests look into it. */
export type Rule = {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
};

export type RuleGroup = {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly Rule[];
};

const HEADING = `# Made from rules/*.yaml, which promtool checks and tests. After a change there:
# npx vitest run test/integration/monitoring.test.ts -u
`;

/** Returns the groups of a plain rule file. */
export function ruleGroups(text: string): readonly RuleGroup[] {
  const { groups }: { readonly groups: readonly RuleGroup[] } = parse(text);
  return groups;
}

/** Returns the manifest with the groups of all `files`, in their order. */
export function prometheusRule(files: readonly string[]): string {
  const manifest = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "tidemark", namespace: "tidemark", labels: { "app.kubernetes.io/name": "tidemark" } },
    spec: { groups: files.flatMap(ruleGroups) },
  };
  return `${HEADING}${stringify(manifest, { lineWidth: 120 })}`;
}

/** Returns those groups alone, as the chart ships them. */
export function ruleGroupsFile(files: readonly string[]): string {
  return stringify({ groups: files.flatMap(ruleGroups) }, { lineWidth: 120 });
}
