// What deploy/monitoring holds, as files and as parsed alerts.

import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { filesBelow, ROOT } from "../architecture/source-files.ts";
import { type Rule, ruleGroups } from "./prometheus-rule.ts";

export type Alert = Rule & { readonly alert: string };

/** One check of a promtool test file. */
export type AlertCheck = {
  readonly alertname: string;
  readonly exp_alerts: readonly { readonly exp_labels: Readonly<Record<string, string>> }[];
};

/** The plain rule files, relative to the root. */
export const RULE_FILES: readonly string[] = filesBelow("deploy/monitoring/rules", ".yaml");
/** The files for `promtool test rules`, relative to the root. */
export const RULE_TEST_FILES: readonly string[] = filesBelow("deploy/monitoring/tests", ".yaml");

/** Returns a file of the checkout. */
export function checkedOut(path: string): string {
  return readFileSync(`${ROOT}${path}`, "utf8");
}

/** Returns every rule of every plain rule file. */
export function allRules(): readonly Rule[] {
  return RULE_FILES.flatMap((file) => ruleGroups(checkedOut(file)).flatMap(({ rules }) => rules));
}

/** Returns every alert; one of several windows comes once a window. */
export function allAlerts(): readonly Alert[] {
  return allRules().flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }]));
}

/** Returns every check of every promtool test file. */
export function allChecks(): readonly AlertCheck[] {
  return RULE_TEST_FILES.flatMap((file) => {
    const { tests }: { tests: readonly { alert_rule_test: readonly AlertCheck[] }[] } = parse(
      checkedOut(file),
    );
    return tests.flatMap(({ alert_rule_test }) => alert_rule_test);
  });
}
