// What the values of the chart do: rights, names, places, and parts that come and go.

import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../architecture/source-files.ts";
import { granted } from "../../support/granted.ts";
import type { Manifest } from "../../support/manifest-schema.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { CHART, chartObjects, EXAMPLES, only, textsIn, withExamples } from "./chart.ts";
import { helmMissing, runHelm } from "./helm.ts";

const MISSING = helmMissing();
const ONE = withExamples(["small-vision"]);
const VALUES = `${CHART}/ci/`;

async function withFile(text: string): Promise<string> {
  const file = join(await temporaryDirectory(), "given.yaml");
  await writeFile(file, text);
  return file;
}

type Container = {
  readonly image: string;
  readonly args?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
};
type Pod = {
  readonly automountServiceAccountToken: boolean;
  readonly serviceAccountName: string;
  readonly securityContext: unknown;
  readonly containers: readonly [Container];
};

function podOf(objects: readonly Manifest[]): Pod {
  return (only(objects, "Deployment")["spec"] as { readonly template: { readonly spec: Pod } }).template.spec;
}

describe.skipIf(MISSING !== null)(`test/e2e/charts: ${MISSING ?? "what values do"}`, () => {
  const READ = (namespace: string, resources: readonly string[]): readonly string[] =>
    [...resources, "/pods", "autoscaling/horizontalpodautoscalers"].flatMap((resource) =>
      ["get", "list", "watch"].map((verb) => `${namespace} ${verb} ${resource}`),
    );
  const OWN = (resource: string, name: string): readonly string[] => [
    `tidemark create ${resource}`,
    `tidemark get ${resource}/${name}`,
    `tidemark update ${resource}/${name}`,
  ];

  test.each([
    { name: "prometheus.yaml", account: "tidemark", token: false, rights: [] },
    {
      name: "mutual-tls.yaml",
      account: "tidemark",
      token: true,
      rights: [...READ("ai-inference", ["apps/statefulsets"]), ...OWN("/configmaps", "tidemark-state")],
    },
    {
      name: "direct-scrape.yaml",
      account: "tidemark",
      token: true,
      rights: [
        ...READ("ai-inference", ["apps/deployments"]),
        ...READ("batch", ["apps/statefulsets"]),
        ...OWN("/configmaps", "tidemark-state"),
        ...OWN("coordination.k8s.io/leases", "tidemark"),
      ],
    },
    {
      name: "autoscale.yaml",
      account: "tidemark",
      token: true,
      rights: [
        ...READ("ai-inference", ["apps/deployments"]),
        "ai-inference get apps/deployments/scale/triton-embedder",
        "ai-inference update apps/deployments/scale/triton-embedder",
        "ai-inference create events.k8s.io/events",
        ...OWN("/configmaps", "tidemark-state"),
        ...OWN("coordination.k8s.io/leases", "tidemark-autoscaler"),
      ],
    },
    {
      name: "autoscale-scraping.yaml",
      account: "tidemark",
      token: true,
      rights: [
        ...READ("*", ["apps/deployments", "apps/statefulsets"]),
        "ai-inference get apps/deployments/scale/triton-embedder",
      ],
    },
    {
      name: "own-policies.yaml",
      account: "autoscaling",
      token: true,
      rights: [
        ...READ("ai-inference", ["apps/deployments", "apps/statefulsets"]),
        ...READ("batch", ["apps/deployments", "apps/statefulsets"]),
        ...OWN("/configmaps", "scaler-state"),
      ],
    },
  ])(
    "$name: the account may do exactly this, and has a token only then",
    ({ name, account, token, rights }) => {
      const objects = chartObjects(["--values", `${VALUES}${name}`]);
      expect(granted(objects, `tidemark/${account}`)).toEqual(rights.toSorted());
      expect(podOf(objects).automountServiceAccountToken).toBe(token);
      expect(podOf(objects).serviceAccountName).toBe(account);
    },
  );

  test("without rbac.create nobody is granted anything", () => {
    const objects = chartObjects([...ONE, "--set", "mode=autoscale,rbac.create=false"]);
    expect(objects.filter(({ kind }) => /Role/.test(kind))).toEqual([]);
  });

  test("policies given as text arrive letter by letter, whatever their end", async () => {
    const bare = await withFile(readFileSync(`${ROOT}policies/spiky.yaml`, "utf8").trimEnd());
    const objects = chartObjects([...withExamples(), "--set-file", `policies.bare=${bare}`]);
    const got = textsIn(objects, /-policies$/);
    const want = Object.fromEntries(
      EXAMPLES.map((name) => [`${name}.yaml`, readFileSync(`${ROOT}policies/${name}.yaml`, "utf8")]),
    );
    expect(got).toEqual({ ...want, "bare.yaml": want["spiky.yaml"] });
  });

  test("an edited policy leaves the pods alone, a changed configuration replaces them", () => {
    const pods = (...args: readonly string[]): string =>
      JSON.stringify(only(chartObjects(args), "Deployment"));
    const before = pods(...ONE);
    expect(pods(...withExamples(["spiky"]))).toBe(before);
    expect(pods(...ONE, "--set", "configuration.logging.level=debug")).not.toBe(before);
  });

  test("every name and place can be one's own", () => {
    const objects = chartObjects(["--values", `${VALUES}own-policies.yaml`]);
    const pod = podOf(objects);
    const [{ image, env }] = pod.containers;
    expect(image).toMatch(/^registry\.example\.com\/tidemark@sha256:0{64}$/);
    expect(env).toContainEqual({ name: "NODE_OPTIONS", value: "--max-old-space-size=384" });
    expect(pod.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(pod).toMatchObject({
      priorityClassName: "system-cluster-critical",
      imagePullSecrets: [{ name: "registry" }],
    });
    expect(JSON.stringify(pod)).toContain('"configMap":{"name":"team-policies"}');
    const kinds = new Set(objects.map(({ kind }) => kind));
    for (const kind of ["ScaledObject", "ServiceAccount", "NetworkPolicy"]) expect(kinds).not.toContain(kind);
    expect(only(objects, "PodDisruptionBudget")["spec"]).toMatchObject({ maxUnavailable: "50%" });
  });

  test("alerts name their pages where those are, and nothing else of them changes", () => {
    const rule = (...args: readonly string[]): string =>
      JSON.stringify(only(chartObjects([...ONE, ...args]), "PrometheusRule")["spec"]);
    const moved = rule("--set", "monitoring.runbookUrl=https://example.com/runbooks/");
    expect(moved).toContain('"runbook_url":"https://example.com/runbooks/TidemarkDown.md"');
    expect(moved.replaceAll("https://example.com/runbooks/", "docs/runbooks/")).toBe(rule());
  });

  test("what the page shows renders", async () => {
    const page = readFileSync(`${ROOT}docs/HELM.md`, "utf8");
    const [, install = ""] = /^```\nhelm install ([\s\S]*?)```/m.exec(page) ?? [];
    const [, tls = ""] = /^```yaml\n([\s\S]*?)```/m.exec(page) ?? [];
    const words = install
      .replaceAll("\\\n", " ")
      .replace("policies/embedder.yaml", "policies/small-vision.yaml");
    const args = ["template", ...words.trim().split(/\s+/), "--values", await withFile(tls)];
    expect(args.slice(0, 3)).toEqual(["template", "tidemark", CHART]);
    const { code, stdout, stderr } = runHelm(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.match(/^kind: (ClusterTriggerAuthentication|Certificate)$/gm)?.length).toBe(3);
  });

  test("one replica has no budget, and parts that are not wanted are not there", () => {
    const off =
      "replicaCount=1,monitoring.enabled=false,networkPolicy.enabled=false,keda.scaledObjects=false";
    const kinds = chartObjects([...ONE, "--set", off]).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(["ConfigMap", "ConfigMap", "Deployment", "Service", "ServiceAccount"]);
  });

  test("two releases in one namespace have nothing in common", () => {
    const names = (release: string): readonly string[] =>
      chartObjects([
        ...withExamples(["small-vision"]),
        "--set",
        "keda.scaledObjects=false",
        "--set",
        "mode=autoscale",
        "--set",
        `fullnameOverride=${release}`,
      ]).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    const [one, other] = [names("first"), names("second")];
    expect(one.filter((name) => other.includes(name))).toEqual([]);
  });

  test.each([
    { url: "http://prometheus.monitoring:9090", more: "", ports: [9090] },
    { url: "https://metrics.example.com/prometheus", more: "", ports: [443] },
    { url: "http://prometheus-server.monitoring", more: "", ports: [80] },
    {
      url: "http://prometheus-server.monitoring",
      more: ",networkPolicy.prometheusPorts={9090}",
      ports: [9090],
    },
  ])("Prometheus at $url$more is reached at $ports", ({ url, more, ports }) => {
    const objects = chartObjects([...ONE, "--set", `configuration.prometheus.url=${url}${more}`]);
    const { egress } = only(objects, "NetworkPolicy")["spec"] as {
      readonly egress: readonly { readonly ports: readonly { readonly port: number }[] }[];
    };
    expect(egress[1]?.ports.map(({ port }) => port)).toEqual(ports);
  });

  test("what it says after an installation fits the mode", () => {
    const notes = (...args: readonly string[]): string => {
      const text = runHelm([
        "install",
        "tidemark",
        CHART,
        "--dry-run=client",
        "--namespace",
        "tidemark",
        ...args,
      ]).stdout;
      return text.slice(text.indexOf("NOTES:"));
    };
    expect(notes(...ONE)).toContain("It reads http://prometheus.monitoring:9090");
    expect(notes(...ONE, "--set", "mode=direct-scrape")).toContain("It scrapes the pods");
    expect(notes(...ONE, "--set", "mode=autoscale")).toContain("It writes replicas itself: pause or remove");
    expect(notes("--values", `${VALUES}own-policies.yaml`)).toContain(
      "tidemark render POLICIES --scaler scaler.tidemark:6000",
    );
  });
});
