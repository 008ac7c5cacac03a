// deploy/monitoring: the rules in both forms, a runbook page for each alert, and monitors that select what is deployed.

import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { POLICY_GAUGES, SERVICE_METRICS } from "../../src/adapters/own-metrics.ts";
import { METRIC_NAME } from "../../src/control/answer.ts";
import { filesBelow, ROOT } from "../architecture/source-files.ts";
import { allAlerts, allChecks, allRules, checkedOut, RULE_FILES } from "../support/alert-files.ts";
import type { Manifest } from "../support/manifest-schema.ts";
import { monitoringErrors } from "../support/monitoring-schema.ts";
import { prometheusRule } from "../support/prometheus-rule.ts";

const alerts = allAlerts();
const names = [...new Set(alerts.map(({ alert }) => alert))].toSorted();
const OWN_METRICS = { ...POLICY_GAUGES, ...SERVICE_METRICS };

/** Names of our own metrics in a text, without the endings of histograms. */
function ownMetricsIn(text: string): readonly string[] {
  return [...text.matchAll(/\btidemark_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ""));
}

describe("the alerts", () => {
  test("are there", () => {
    expect(names.length).toBe(34);
  });

  test("are the same in the plain files and in the PrometheusRule", async () => {
    await expect(prometheusRule(RULE_FILES.map(checkedOut))).toMatchFileSnapshot(
      `${ROOT}deploy/monitoring/prometheus-rule.yaml`,
    );
  });

  test("have a runbook page each, and each page has its alert", () => {
    const pages = filesBelow("docs/runbooks", ".md").map((path) => path.slice("docs/runbooks/".length, -3));
    expect(pages.filter((page) => page !== "README")).toEqual(names);
    const index = [...checkedOut("docs/runbooks/README.md").matchAll(/^\| \[(\w+)\]/gm)].map(
      ([, name]) => name,
    );
    expect(index).toEqual(names);
  });

  test.each(names)("the page of %s says what it means, what to look at and what to do", (name) => {
    const page = checkedOut(`docs/runbooks/${name}.md`);
    expect(page.startsWith(`# ${name}\n\n`)).toBe(true);
    expect(page.match(/^## .*/gm)).toEqual(["## What to look at", "## What to do"]);
    expect(page.match(/^- .+/gm)?.length).toBeGreaterThanOrEqual(2);
  });

  test.each(alerts.map((alert) => [`${alert.alert} ${alert.labels?.["window"] ?? ""}`, alert] as const))(
    "%s tells how urgent it is, which object it is about, and where its page is",
    (_, { alert, expr, labels = {}, annotations = {} }) => {
      expect(["page", "ticket"]).toContain(labels["severity"]);
      expect(Object.keys(annotations)).toEqual(["summary", "description", "runbook_url"]);
      expect(annotations["runbook_url"]).toBe(`docs/runbooks/${alert}.md`);
      const text = Object.values(annotations).join(" ");
      if (!expr.startsWith("absent(")) expect(text).toMatch(/\{\{ (or )?\$labels\./);
    },
  );

  test.each(names)("promtool holds %s to firing and to staying silent", (name) => {
    const checks = allChecks().filter(({ alertname }) => alertname === name);
    expect(checks.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
    expect(checks.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
  });

  test("name metrics, labels and the answer's metric as the service does", () => {
    const text = allRules()
      .map(({ expr }) => expr)
      .join("\n");
    const used = ownMetricsIn(text);
    expect(used.filter((name) => !(name in OWN_METRICS))).toEqual([]);
    expect(used.length).toBeGreaterThan(20);
    expect(text).toContain(`metric=~"s[0-9]+-${METRIC_NAME}"`);
  });
});

describe("the dashboard", () => {
  test("names our own metrics as the service does, and all of those that policies have", () => {
    const used = ownMetricsIn(checkedOut("deploy/monitoring/dashboard.json"));
    expect(used.filter((name) => !(name in OWN_METRICS))).toEqual([]);
    expect(Object.keys(POLICY_GAUGES).filter((name) => !used.includes(name))).toEqual([]);
  });
});

describe("the monitors", () => {
  const manifest = (file: string): Manifest => parse(checkedOut(`deploy/monitoring/${file}.yaml`));
  const serviceMonitor = manifest("service-monitor");
  const podMonitor = manifest("pod-monitor");

  test.each(["service-monitor", "pod-monitor", "prometheus-rule"])("%s has its form", (file) => {
    expect(monitoringErrors(manifest(file))).toEqual([]);
  });

  const wrong = [
    { name: "a bare number as interval", endpoint: { interval: 5 }, want: "interval" },
    { name: "an unknown field", endpoint: { metricsPath: "/metrics" }, want: "Unrecognized key" },
  ];

  test.each(wrong)("the check finds $name", ({ endpoint, want }) => {
    const spec = podMonitor["spec"] as { readonly podMetricsEndpoints: readonly object[] };
    const podMetricsEndpoints = [{ ...spec.podMetricsEndpoints[0], ...endpoint }];
    const found = monitoringErrors({ ...podMonitor, spec: { ...spec, podMetricsEndpoints } });
    expect(found.join("\n")).toContain(want);
  });

  test("the ServiceMonitor selects the Service by its labels, keeps our namespace, and names the job", () => {
    const service: Manifest & { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } } =
      parse(checkedOut("deploy/service/service.yaml"));
    const { ports } = service["spec"] as { readonly ports: readonly { readonly name: string }[] };
    expect(serviceMonitor["spec"]).toMatchObject({
      jobLabel: "app.kubernetes.io/name",
      selector: { matchLabels: service.metadata.labels },
      namespaceSelector: { matchNames: [service.metadata.namespace] },
      endpoints: [{ path: "/metrics", interval: "15s", honorLabels: true }],
    });
    expect(service.metadata.labels?.["app.kubernetes.io/name"]).toBe("tidemark");
    const [{ port } = { port: "" }] = (serviceMonitor["spec"] as { endpoints: readonly { port: string }[] })
      .endpoints;
    expect(ports.map(({ name }) => name)).toContain(port);
  });

  test("the PodMonitor scrapes often, leaves Kubernetes' namespace alone, and names the job", () => {
    const { podMetricsEndpoints } = podMonitor["spec"] as { readonly podMetricsEndpoints: readonly object[] };
    expect(podMetricsEndpoints).toEqual([
      {
        port: "metrics",
        path: "/metrics",
        interval: "5s",
        scrapeTimeout: "4s",
        honorLabels: false,
        relabelings: [{ targetLabel: "job", replacement: "triton" }],
      },
    ]);
  });
});

describe("deploy/monitored", () => {
  const { status, stdout } = spawnSync("kubectl", ["kustomize", `${ROOT}deploy/monitored`], {
    encoding: "utf8",
  });

  test("renders the monitoring beside the base, where the operator and Grafana look for it", (context) => {
    if (
      status !== 0 &&
      process.env["CI"] !== "true" &&
      spawnSync("kubectl", ["version", "--client"]).status !== 0
    )
      context.skip("kubectl is not installed: deploy/monitored was not rendered");
    type Labelled = Manifest & { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } };
    const rendered = parseAllDocuments(stdout).map((document) => document.toJS() as Labelled);
    const ours = rendered.filter(({ apiVersion }) => apiVersion === "monitoring.coreos.com/v1");
    expect(ours.map(({ kind }) => kind).toSorted()).toEqual([
      "PodMonitor",
      "PrometheusRule",
      "ServiceMonitor",
    ]);
    expect(ours.flatMap(monitoringErrors)).toEqual([]);
    for (const { kind, metadata } of ours)
      expect(metadata.labels?.["release"], kind).toBe("kube-prometheus-stack");
    const dashboard = rendered.find(({ metadata }) => metadata.name === "tidemark-dashboard");
    expect(dashboard?.metadata.labels?.["grafana_dashboard"]).toBe("1");
    expect(dashboard?.["data"]).toEqual({ "tidemark.json": checkedOut("deploy/monitoring/dashboard.json") });
    expect(rendered.some(({ kind }) => kind === "Deployment")).toBe(true);
  });
});
