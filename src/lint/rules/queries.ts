// Rules on PromQL, wherever it stands.

import { flagsOf } from "../command-line.ts";
import { isSummaryQuantile, isTritonMetric, madeUpSuffix, neededOption } from "../families.ts";
import type { LintInput } from "../input.ts";
import { tritonContainers } from "../pods.ts";
import { allNodes, numberIn, type PromNode, selectorsOf, unwrapped } from "../promql.ts";
import { groupedLabels, type Query, relabelled, writtenLabels, wrongInQuery } from "../queries.ts";
import type { Rule } from "../rule.ts";

const modelLabel: Rule = {
  code: "TM021",
  title: "label model_name, which Triton does not have",
  severity: "error",
  visible: true,
  find: ({ queries, manifests }) => {
    if (relabelled(manifests).has("model_name")) return [];
    return queries.flatMap((query) => {
      const { tree, label } = query;
      const isTriton = (node: PromNode): boolean =>
        selectorsOf(node).some(({ name }) => isTritonMetric(name));
      const matched = selectorsOf(tree)
        .filter(({ name }) => isTritonMetric(name))
        .flatMap(({ matchers }) => matchers.filter(({ name }) => name === "model_name"));
      const grouped = groupedLabels(tree)
        .filter(({ label: { name }, of }) => name === "model_name" && isTriton(of))
        .filter(({ of }) => !writtenLabels(allNodes(of)).has("model_name"))
        .map(({ label: found }) => found);
      const asked = label?.name === "model_name" && isTriton(tree) ? [label] : [];
      return [
        ...matched.map(({ from }) =>
          wrongInQuery(query, from, "Triton's label is model, not model_name: this selects no series"),
        ),
        ...grouped.map(({ from }) =>
          wrongInQuery(
            query,
            from,
            "Triton's label is model, not model_name: this makes one group of all models",
          ),
        ),
        ...asked.map(({ from }) =>
          wrongInQuery(query, from, "Triton's label is model, not model_name: this has no values"),
        ),
      ];
    });
  },
};

/** Whether a Triton among the files exports a family that it exports only when asked; true where none is among them. */
function exportsOption({ pods }: LintInput, option: string): boolean {
  const servers = tritonContainers(pods).filter(({ pod }) => pod.owner !== null);
  return (
    servers.length === 0 ||
    servers.some(({ container }) =>
      flagsOf(container.words, "metrics-config").some(({ value }) => value?.includes(`${option}=true`)),
    )
  );
}

/** Selectors of families that no Triton of the files exports; dashboards are for many, and left alone. */
function notExported(
  input: LintInput,
  query: Query,
): readonly { readonly from: number; readonly name: string; readonly option: string }[] {
  if (query.use === "panel" || query.use === "variable") return [];
  return selectorsOf(query.tree).flatMap(({ name, from }) => {
    const option = neededOption(name);
    return name === null || option === null || exportsOption(input, option) ? [] : [{ from, name, option }];
  });
}

const madeUpCounter: Rule = {
  code: "TM022",
  title: "_sum or _count of a plain counter",
  severity: "error",
  visible: true,
  find: (input) =>
    input.queries.flatMap((query) => [
      ...selectorsOf(query.tree).flatMap(({ name, from }) => {
        const made = madeUpSuffix(name);
        if (made === null || made.suffix === "bucket") return [];
        const message = `there is no ${name}: ${made.family} is a plain counter or gauge; a mean is sum(rate(…_duration_us[5m])) / sum(rate(nv_inference_request_success[5m])), guarded for no traffic`;
        return [wrongInQuery(query, from, message)];
      }),
      ...notExported(input, query)
        .filter(({ name }) => /_(sum|count)$/.test(name))
        .map(({ from, name, option }) => wrongInQuery(query, from, optionMissing(name, option))),
    ]),
};

function optionMissing(name: string, option: string): string {
  return `${name} is exported only with --metrics-config ${option}=true, which no Triton among these files has`;
}

const madeUpHistogram: Rule = {
  code: "TM023",
  title: "percentile that Triton does not give",
  severity: "error",
  visible: true,
  find: (input) =>
    input.queries.flatMap((query) => [
      ...selectorsOf(query.tree).flatMap(({ name, from }) => {
        if (madeUpSuffix(name)?.suffix !== "bucket") return [];
        const message = `there is no ${name}: Triton's only histogram is nv_inference_first_response_histogram_ms, with --metrics-config histogram_latencies=true; else take the largest quantile of the pods' summaries, or the gateway's histogram`;
        return [wrongInQuery(query, from, message)];
      }),
      ...notExported(input, query)
        .filter(({ name }) => !/_summary_us_(sum|count)$/.test(name))
        .map(({ from, name, option }) => wrongInQuery(query, from, optionMissing(name, option))),
      ...averagedQuantiles(query.tree).map((from) =>
        wrongInQuery(
          query,
          from,
          "quantiles of several pods cannot be averaged or added; take the largest with max by (model)",
        ),
      ),
    ]),
};

function averagedQuantiles(tree: PromNode): readonly number[] {
  return allNodes(tree).flatMap((node) => {
    if (node.kind !== "aggregation" || !["avg", "sum", "quantile"].includes(node.op)) return [];
    const inner = unwrapped(node.args.at(-1) ?? node);
    const isQuantile = inner.kind === "selector" && isSummaryQuantile(inner.name);
    return isQuantile ? [node.from] : [];
  });
}

/** Below this a clamp only keeps from dividing by zero. */
const SMALLEST_CLAMP = 0.01;

const clampedTraffic: Rule = {
  code: "TM042",
  title: "rate of requests clamped from below",
  severity: "warning",
  visible: true,
  find: ({ queries }) =>
    queries.flatMap((query) =>
      allNodes(query.tree).flatMap((node) => {
        if (node.kind !== "binary" || node.op !== "/") return [];
        return allNodes(node.right).flatMap((part) => {
          if (part.kind !== "call" || part.name !== "clamp_min") return [];
          const [of, least] = part.args;
          const value = least === undefined ? null : numberIn(least);
          const isTraffic = of !== undefined && selectorsOf(of).some(({ name }) => isTritonMetric(name));
          if (!isTraffic || value === null || value <= SMALLEST_CLAMP) return [];
          const message = `divides by at least ${value} requests/s: with fewer the latency reads too low; filter with > 0 instead, and ask for a least traffic beside it`;
          return [wrongInQuery(query, part.from, message)];
        });
      }),
    ),
};

/** The rules on PromQL. */
export const QUERY_RULES: readonly Rule[] = [modelLabel, madeUpCounter, madeUpHistogram, clampedTraffic];
