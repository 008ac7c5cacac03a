// Every query of the dashboard, asked of a real Prometheus that has seen a recorded surge, returns data.

import { describe, expect, test } from "vitest";
import { checkedOut } from "../../support/alert-files.ts";
import { recordingsMissing } from "../../support/recording.ts";
import { type DashboardPast, dashboardPast } from "./dashboard-past.ts";
import { prometheusMissing, startPrometheus } from "./prometheus-server.ts";

type Target = { readonly refId: string; readonly expr: string; readonly instant: boolean };
type Panel = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
};
type Variable = { readonly name: string; readonly type: string; readonly definition?: string };
type Dashboard = {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
};
type Answer = {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly Series[] };
};
type Series = {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
};

const dashboard: Dashboard = JSON.parse(checkedOut("deploy/monitoring/dashboard.json"));
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map((target) => ({ ...target, name: `${title} (${target.refId})` })),
);
const VARIABLES: Readonly<Record<string, string>> = {
  namespace: "ai-inference",
  policy: "embedder",
  model: "embedder",
  __rate_interval: "1m",
};

/** As Grafana sends it. What `or vector(0)` would show without data is no data. */
function substituted(expr: string): string {
  return expr
    .replaceAll(/\$(__)?[a-z_]+/g, (variable) => VARIABLES[variable.slice(1)] ?? variable)
    .replace(/ or vector\(0\)$/, "");
}

function hasData({ value, values = [] }: Series): boolean {
  return [...(value === undefined ? [] : [value]), ...values].some(([, text]) =>
    Number.isFinite(Number(text)),
  );
}

describe("the dashboard", () => {
  test("has an id that links can rely on, and a data source of the reader's choice", () => {
    expect(dashboard.uid).toBe("tidemark");
    const sources = dashboard.panels.flatMap(({ datasource }) => datasource?.uid ?? []);
    expect(new Set(sources)).toEqual(new Set(["$" + "{datasource}"]));
    const variables = dashboard.templating.list.map(({ name, type }) => `${name}: ${type}`);
    expect(variables).toEqual([
      "datasource: datasource",
      "namespace: query",
      "policy: query",
      "model: query",
    ]);
  });

  test("has its rows, and no panel lies on another", () => {
    const rows = dashboard.panels.filter(({ type }) => type === "row").map(({ title }) => title);
    expect(rows).toEqual([
      "Fleet",
      "Policy $namespace/$policy",
      "Triton $model in $namespace",
      "Tidemark itself",
    ]);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)}/${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  test("returns data for every query, and a choice for every variable", async (context) => {
    const missing = prometheusMissing() ?? recordingsMissing();
    if (missing !== null) context.skip(missing);
    const past = await dashboardPast();
    const { url } = await startPrometheus({ samples: past.samples });
    const ask = asker(url, past);

    const empty: string[] = [];
    for (const { name, expr, instant } of queries) {
      const { status, error, data } = await ask(substituted(expr), instant);
      if (status !== "success") empty.push(`${name}: ${error ?? status}`);
      else if (!data.result.some(hasData)) empty.push(`${name}: no data for ${substituted(expr)}`);
    }
    expect(empty).toEqual([]);
    expect(queries.length).toBeGreaterThan(60);

    for (const { name, definition = "" } of dashboard.templating.list.slice(1)) {
      const [, selector = "", label = ""] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
      const { data } = await ask(substituted(selector), true);
      expect(
        data.result.map(({ metric }) => metric[label]),
        name,
      ).toContain(VARIABLES[name]);
    }
    const { data: wrong } = await ask(
      substituted('nv_inference_request_success{model_name="$model"}'),
      false,
    );
    expect(wrong.result).toEqual([]);
  });
});

function asker(url: string, { startSeconds, endSeconds }: DashboardPast) {
  return async (query: string, instant: boolean): Promise<Answer> => {
    const asked = instant
      ? new URLSearchParams({ query, time: String(endSeconds) })
      : new URLSearchParams({ query, start: String(startSeconds), end: String(endSeconds), step: "15" });
    const response = await fetch(`${url}/api/v1/${instant ? "query" : "query_range"}?${asked.toString()}`);
    return (await response.json()) as Answer;
  };
}
