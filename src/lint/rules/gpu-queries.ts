// Rules on PromQL about GPUs.

import { prometheusTriggers } from "../autoscalers.ts";
import { GPU_UTILIZATION, isDcgmMetric } from "../families.ts";
import { below, type Field, isPresent, items, numberOf, scalarText, textEntries, textOf } from "../field.ts";
import { type Found, wrongValue } from "../found.ts";
import type { LintInput } from "../input.ts";
import { allNodes, numberIn, type PromNode, selectorsOf } from "../promql.ts";
import { groupedLabels, type Query, writtenLabels, wrongInQuery } from "../queries.ts";
import { readPromql } from "../read-promql.ts";
import type { Rule } from "../rule.ts";

const PERCENT = 100;

const ratioAsPercent: Rule = {
  code: "TM020",
  title: "nv_gpu_utilization read as percent",
  severity: "error",
  visible: true,
  find: (input) => [
    ...input.queries.flatMap((query) => [...comparedWithPercent(query), ...shownAsPercent(query)]),
    ...percentThresholds(input),
  ],
};

const IS_RATIO = "nv_gpu_utilization is a ratio from 0 to 1";

/** Whether the expression is the utilization itself, and not a hundred times as much. */
function isBareUtilization(node: PromNode): boolean {
  const nodes = allNodes(node);
  const named = nodes.some((part) => part.kind === "selector" && part.name === GPU_UTILIZATION);
  const times = nodes.some(
    (part) =>
      part.kind === "binary" &&
      part.op === "*" &&
      [part.left, part.right].some((side) => (numberIn(side) ?? 0) >= PERCENT),
  );
  const divided = nodes.some(
    (part) => part.kind === "binary" && part.op === "/" && (numberIn(part.right) ?? PERCENT) < 1,
  );
  return named && !times && !divided;
}

function comparedWithPercent(query: Query): readonly Found[] {
  return allNodes(query.tree).flatMap((node) => {
    if (node.kind !== "binary" || ![">", "<", ">=", "<=", "=="].includes(node.op)) return [];
    const sides: readonly (readonly [PromNode, PromNode])[] = [
      [node.left, node.right],
      [node.right, node.left],
    ];
    return sides.flatMap(([of, limit]) => {
      const value = numberIn(limit);
      if (value === null || value <= 1 || !isBareUtilization(of)) return [];
      return [
        wrongInQuery(
          query,
          limit.from,
          `${IS_RATIO}, compared with ${value}; write ${value / PERCENT}, or multiply by 100`,
        ),
      ];
    });
  });
}

function shownAsPercent(query: Query): readonly Found[] {
  if (query.panel === null || !isBareUtilization(query.tree)) return [];
  const units = [
    below(query.panel, "fieldConfig", "defaults", "unit"),
    below(query.panel, "format"),
    ...items(below(query.panel, "yaxes"))
      .slice(0, 1)
      .map((axis) => below(axis, "format")),
  ];
  const unit = units.find(isPresent);
  if (unit === undefined || textOf(unit) !== "percent") return [];
  const selector = selectorsOf(query.tree).find(({ name }) => name === GPU_UTILIZATION);
  return [
    wrongInQuery(
      query,
      selector?.from ?? 0,
      `${IS_RATIO}, and the panel's unit is percent (0 to 100); multiply by 100, or use percentunit`,
    ),
  ];
}

function percentThresholds({ autoscalers }: LintInput): readonly Found[] {
  const triggers = autoscalers.flatMap(prometheusTriggers).flatMap(({ query, metadata }) => {
    const threshold = below(metadata, "threshold");
    const value = numberOf(threshold) ?? 0;
    const text = textOf(query);
    return text !== null && value > 1 && isBareUtilization(readPromql(text))
      ? [[threshold, value] as const]
      : [];
  });
  const metrics = autoscalers
    .flatMap(({ spec }) => items(below(spec, "metrics")))
    .flatMap((metric) => ["pods", "external", "object"].map((source) => below(metric, source)))
    .filter((source) => textOf(below(source, "metric", "name")) === GPU_UTILIZATION)
    .flatMap((source) => ["averageValue", "value"].map((key) => below(source, "target", key)))
    .flatMap((target) => ((numberOf(target) ?? 0) > 1 ? [[target, numberOf(target) ?? 0] as const] : []));
  return [...triggers, ...metrics].map(([field, value]) =>
    wrongValue(
      field,
      `${IS_RATIO}, and never reaches ${scalarText(field)}; write ${value / PERCENT}, or multiply by 100`,
    ),
  );
}

/** Labels that belong to the exporter's own pod unless its monitor honours those of the workload. */
const EXPORTED: ReadonlyMap<string, string> = new Map([
  ["pod", "exported_pod"],
  ["namespace", "exported_namespace"],
  ["container", "exported_container"],
  ["Hostname", "hostname"],
]);

const exporterPod: Rule = {
  code: "TM038",
  title: "label of the exporter's own pod",
  severity: "warning",
  visible: true,
  find: ({ queries, manifests }) => {
    const honoured = new Set(
      manifests.some(
        ({ kind, root, name }) =>
          kind.endsWith("Monitor") &&
          isOfDcgm(name, textEntries(below(root, "spec", "selector", "matchLabels"))) &&
          honours(root),
      )
        ? ["pod", "namespace", "container"]
        : [],
    );
    return queries.flatMap((query) => {
      const matched = selectorsOf(query.tree)
        .filter(({ name }) => isDcgmMetric(name))
        .flatMap(({ matchers }) => matchers);
      const grouped = groupedLabels(query.tree)
        .filter(
          ({ of }) => selectorsOf(of).every(({ name }) => isDcgmMetric(name)) && selectorsOf(of).length > 0,
        )
        .filter(({ label, of }) => !writtenLabels(allNodes(of)).has(label.name))
        .map(({ label }) => label);
      return [...matched, ...grouped].flatMap(({ name, from }) => {
        const right = EXPORTED.get(name);
        if (right === undefined || honoured.has(name)) return [];
        const why =
          name === "Hostname"
            ? "dcgm-exporter has renamed it in 2026"
            : "its chart sets honorLabels: false, so this is the exporter's own, and the workload's is another";
        return [wrongInQuery(query, from, `label ${name} of a DCGM metric: ${why}; use ${right}`)];
      });
    });
  },
};

function isOfDcgm(name: string, labels: ReadonlyMap<string, string>): boolean {
  return [name, ...labels.values()].some((text) => /dcgm/i.test(text));
}

function honours(root: Field): boolean {
  const endpoints = ["endpoints", "podMetricsEndpoints"].flatMap((key) => items(below(root, "spec", key)));
  return endpoints.some((endpoint) => below(endpoint, "honorLabels").value === true);
}

/** The rules on queries about GPUs. */
export const GPU_QUERY_RULES: readonly Rule[] = [ratioAsPercent, exporterPod];
