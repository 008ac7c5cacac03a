// Every PromQL expression of the files, read, with what it is for.

import { type Autoscaler, prometheusTriggers } from "./autoscalers.ts";
import { below, entries, type Field, isMapping, isPresent, items, textOf } from "./field.ts";
import { type Found, wrongWithin } from "./found.ts";
import type { Manifest } from "./manifests.ts";
import { allNodes, type PromLabel, type PromNode } from "./promql.ts";
import { readPromql } from "./read-promql.ts";

export type QueryUse = "trigger" | "rule" | "panel" | "variable" | "adapter" | "policy";

export type Query = {
  readonly use: QueryUse;
  /** The text that holds the expression. */
  readonly field: Field;
  /** Where the expression begins in that text. */
  readonly from: number;
  readonly tree: PromNode;
  /** A dashboard's variable of the values of one label: that label. */
  readonly label: PromLabel | null;
  /** Of a panel: the panel. */
  readonly panel: Field | null;
};

/** Returns every expression in manifests, rule files, dashboards and adapters' configurations. */
export function queriesOf(
  manifests: readonly Manifest[],
  fragments: readonly Field[],
  autoscalers: readonly Autoscaler[],
): readonly Query[] {
  const triggers = autoscalers.flatMap(prometheusTriggers).map(({ query }) => query);
  const ruled = manifests
    .filter(({ kind }) => kind === "PrometheusRule")
    .map(({ root }) => below(root, "spec"));
  return [
    ...triggers.flatMap((field) => plainQuery("trigger", field)),
    ...[...ruled, ...fragments].flatMap(ruleExpressions).flatMap((field) => plainQuery("rule", field)),
    ...fragments.flatMap(dashboardQueries),
    ...fragments.flatMap(adapterExpressions).flatMap((field) => plainQuery("adapter", field)),
    ...manifests
      .filter(({ kind }) => kind === "ScalingPolicy")
      .flatMap(({ root }) => policyExpressions(below(root, "spec")))
      .flatMap((field) => plainQuery("policy", field)),
  ];
}

function plainQuery(use: QueryUse, field: Field): readonly Query[] {
  const text = textOf(field);
  return text === null ? [] : [{ use, field, from: 0, tree: readPromql(text), label: null, panel: null }];
}

function ruleExpressions(holder: Field): readonly Field[] {
  return items(below(holder, "groups"))
    .flatMap((group) => items(below(group, "rules")))
    .map((rule) => below(rule, "expr"));
}

function policyExpressions(spec: Field): readonly Field[] {
  const custom = items(below(spec, "signals", "custom")).map((signal) => below(signal, "query"));
  return [below(spec, "activation", "query"), ...custom];
}

/** Returns the rules of a prometheus-adapter's configuration; none of anything else. */
export function adapterRules(holder: Field): readonly Field[] {
  return ["rules", "externalRules", "resourceRules"]
    .flatMap((key) => items(below(holder, key)))
    .filter((rule) => isPresent(below(rule, "seriesQuery")));
}

function adapterExpressions(holder: Field): readonly Field[] {
  return adapterRules(holder).flatMap((rule) => [below(rule, "seriesQuery"), below(rule, "metricsQuery")]);
}

const DEEPEST_PANEL = 12;

function dashboardQueries(root: Field): readonly Query[] {
  const dashboard = isMapping(below(root, "dashboard").value) ? below(root, "dashboard") : root;
  const panels = [below(dashboard, "panels"), below(dashboard, "rows")].flatMap((list) => panelsIn(list, 0));
  return [
    ...panels.flatMap((panel) =>
      items(below(panel, "targets"))
        .flatMap((target) => plainQuery("panel", below(target, "expr")))
        .map((query) => ({ ...query, panel })),
    ),
    ...items(below(dashboard, "templating", "list")).flatMap((variable) => {
      const query = below(variable, "query");
      return variableQuery(isMapping(query.value) ? below(query, "query") : query);
    }),
  ];
}

function panelsIn(list: Field, depth: number): readonly Field[] {
  if (depth > DEEPEST_PANEL) return [];
  return items(list).flatMap((panel) => [panel, ...panelsIn(below(panel, "panels"), depth + 1)]);
}

const LONGEST_VARIABLE = 8192;
const LABEL_VALUES = /^(\s*label_values\s*\(\s*)([\s\S]*?)(?:(,\s*)(\w+)\s*)?\)\s*$/;
const QUERY_RESULT = /^(\s*query_result\s*\(\s*)([\s\S]*)\)\s*$/;

/** `label_values(selector, label)` and `query_result(expression)` are Grafana's own. */
function variableQuery(field: Field): readonly Query[] {
  const text = (textOf(field) ?? "").slice(0, LONGEST_VARIABLE);
  const [, head = "", selector = "", comma = "", label = ""] = LABEL_VALUES.exec(text) ?? [];
  const [, resultHead = "", expression = ""] = QUERY_RESULT.exec(text) ?? [];
  const base = { use: "variable" as const, field, panel: null };
  if (head !== "" && label !== "") {
    const labelAt = { name: label, from: selector.length + comma.length };
    return [{ ...base, from: head.length, tree: readPromql(selector), label: labelAt }];
  }
  if (resultHead === "") return [];
  return [{ ...base, from: resultHead.length, tree: readPromql(expression), label: null }];
}

/** Returns the labels that a query's own `label_replace` and `label_join` write. */
export function writtenLabels(nodes: readonly PromNode[]): ReadonlySet<string> {
  return new Set(
    nodes.flatMap((node) => {
      if (node.kind !== "call" || !/^label_(replace|join)$/.test(node.name)) return [];
      const [, target] = node.args;
      return target?.kind === "text" ? [target.value] : [];
    }),
  );
}

/** Returns the labels that relabelling of the scrapes writes. */
export function relabelled(manifests: readonly Manifest[]): ReadonlySet<string> {
  return new Set(
    manifests
      .filter(({ kind }) => kind === "ServiceMonitor" || kind === "PodMonitor")
      .flatMap(({ root }) => [
        ...items(below(root, "spec", "endpoints")),
        ...items(below(root, "spec", "podMetricsEndpoints")),
      ])
      .flatMap((endpoint) => entries(endpoint))
      .filter(([key]) => key === "metricRelabelings" || key === "relabelings")
      .flatMap(([, list]) => items(list))
      .flatMap((rule) => textOf(below(rule, "targetLabel")) ?? []),
  );
}

/** Returns the finding about the part of a query that begins at `offset` of its expression. */
export function wrongInQuery({ field, from }: Query, offset: number, message: string): Found {
  return wrongWithin(field, from + offset, message);
}

/** Returns the labels that an expression groups or matches by, each with the expression that has them. */
export function groupedLabels(
  tree: PromNode,
): readonly { readonly label: PromLabel; readonly of: PromNode }[] {
  return allNodes(tree).flatMap((of) => labelsNamedBy(of).map((label) => ({ label, of })));
}

function labelsNamedBy(node: PromNode): readonly PromLabel[] {
  if (node.kind === "aggregation") return [...node.by, ...(node.without ?? [])];
  return node.kind === "binary" ? node.matching : [];
}
