// The chart of deploy/helm in every mode: what Helm makes of it is what kustomize makes of the overlay for that mode and
// what `tidemark render` writes for the policies, and the service takes its configuration.

import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { WRITERS_LEASE } from "../../../src/cli/compose-kubernetes.ts";
import { ROOT } from "../../architecture/source-files.ts";
import { command } from "../../support/command-line.ts";
import { granted } from "../../support/granted.ts";
import { fetchedKubectl, renderedObjects, renderedText } from "../../support/kustomizations.ts";
import type { Manifest } from "../../support/manifest-schema.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import {
  CHART,
  chartObjects,
  chartText,
  configurationIn,
  EXAMPLES,
  ofKind,
  only,
  textsIn,
  VALUES,
  withExamples,
} from "./chart.ts";
import { helmMissing, helmOutput } from "./helm.ts";

const MISSING = helmMissing();
/** Scraped directly, nothing runs the activation query of this one. */
const WITHOUT_ZERO = EXAMPLES.filter((name) => name !== "scale-to-zero");
const KUBERNETES = ["--set", "configuration.prometheus.replicas=kubernetes"];
const TLS = ["--set", "tls.enabled=true"];
/** One Secret for all namespaces, and cert-manager. */
const ISSUED = [
  ...TLS,
  "--set",
  "tls.authentication=ClusterTriggerAuthentication,tls.certManager.clusterIssuer=tidemark-ca",
];

const OVERLAYS = [
  { folder: "deploy/monitored", args: withExamples() },
  { folder: "deploy/overlays/mtls", args: [...withExamples(), ...ISSUED] },
  { folder: "deploy/overlays/kubernetes", args: [...withExamples(), ...KUBERNETES] },
  {
    folder: "deploy/overlays/complete",
    args: [...withExamples(), ...ISSUED, ...KUBERNETES, "--set", "rbac.scope=cluster"],
  },
  {
    folder: "deploy/overlays/autoscale",
    args: [...withExamples(), ...KUBERNETES, "--set", "mode=autoscale"],
  },
  {
    folder: "deploy/overlays/direct-scrape",
    args: [...withExamples(WITHOUT_ZERO), "--set", "mode=direct-scrape"],
  },
];

function overlay(folder: string): readonly Manifest[] {
  return renderedObjects(renderedText(fetchedKubectl() ?? "", folder));
}

/** What Helm adds to an object: its labels, the checksum that kustomize has in a name, a default that is spelt out. */
const ADDED = new Set(["app.kubernetes.io/instance", "checksum/configuration", "imagePullPolicy"]);

/** A value without what Helm adds, without the blank lines that kustomize puts into folded text, without the hashes of kustomize, with keys and lists of named things by name. */
function plain(value: unknown): unknown {
  if (typeof value === "string")
    return value
      .replace(/^tidemark-configuration-[a-z0-9]+$/, "tidemark-configuration")
      .replaceAll(/\s+/g, " ");
  if (Array.isArray(value))
    return value.map(plain).toSorted((one, other) => compared(nameOf(one), nameOf(other)));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value)
    .filter(([key]) => !ADDED.has(key))
    .toSorted(([one], [other]) => compared(one, other));
  const entries = kept.map(([key, each]) => [key, plain(each)] as const);
  return Object.fromEntries(
    entries.filter(([key, each]) => key !== "annotations" || Object.keys(Object(each)).length > 0),
  );
}

function nameOf(value: unknown): string {
  return typeof value === "object" && value !== null && "name" in value ? String(value.name) : "";
}

function compared(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function sorted(specs: readonly unknown[]): readonly unknown[] {
  return specs.toSorted((one, other) => compared(JSON.stringify(one), JSON.stringify(other)));
}

/** The policies whose ScaledObjects an overlay brings. */
function policiesFor(folder: string): readonly string[] {
  if (folder.endsWith("/autoscale")) return [];
  return folder.endsWith("/direct-scrape") ? WITHOUT_ZERO : EXAMPLES;
}

function specsOf(objects: readonly Manifest[], kind: string): readonly unknown[] {
  return ofKind(objects, kind).map(({ spec }) => plain(spec));
}

/** The rules of all network policies, as text, in order. */
function ways(objects: readonly Manifest[], direction: "ingress" | "egress"): readonly string[] {
  const rules = ofKind(objects, "NetworkPolicy").flatMap(
    ({ spec }) =>
      (spec as Readonly<Record<string, readonly { ports: unknown; from?: unknown; to?: unknown }[]>>)[
        direction
      ] ?? [],
  );
  return rules.map(({ ports, from, to }) => JSON.stringify({ ports, peers: from ?? to })).toSorted();
}

describe.skipIf(MISSING !== null)(`test/e2e/charts: ${MISSING ?? "the chart beside the overlays"}`, () => {
  const all =
    MISSING === null
      ? OVERLAYS.map(({ folder, args }) => ({ folder, ours: chartObjects(args), theirs: overlay(folder) }))
      : [];

  test.each(all)(
    "$folder: the pods, how they are replaced, and the budget are the same",
    ({ ours, theirs }) => {
      expect(specsOf(ours, "Deployment")).toEqual(specsOf(theirs, "Deployment"));
      expect(specsOf(ours, "PodDisruptionBudget")).toEqual(specsOf(theirs, "PodDisruptionBudget"));
      expect(ofKind(ours, "Deployment").length).toBe(1);
    },
  );

  test.each(all)("$folder: the configuration and the policies are the same", ({ folder, ours, theirs }) => {
    const { name: _, kubernetes, ...configuration } = configurationIn(theirs);
    expect(configurationIn(ours)).toMatchObject(configuration);
    // The chart spells the Lease's usual name out, so that two releases have two.
    const leaderElection = folder.endsWith("/autoscale")
      ? { lease: WRITERS_LEASE }
      : kubernetes.leaderElection;
    expect(configurationIn(ours).kubernetes).toEqual({ ...kubernetes, leaderElection });
    expect(textsIn(ours, /-policies$/)).toEqual(textsIn(theirs, /-policies$/));
  });

  test.each(all)(
    "$folder: the account has the same rights, but for kinds that no policy names",
    ({ folder, ours, theirs }) => {
      const [got, want] = [granted(ours, "tidemark/tidemark"), granted(theirs, "tidemark/tidemark")];
      const namesAllKinds = /\/(kubernetes|direct-scrape)$/.test(folder);
      expect(got).toEqual(
        namesAllKinds ? want.filter((right) => !/^batch .* apps\/statefulsets$/.test(right)) : want,
      );
    },
  );

  test.each(all)("$folder: the ways in and out are the same", ({ folder, ours, theirs }) => {
    expect(ways(ours, "ingress")).toEqual(ways(theirs, "ingress"));
    const scrapes = folder.endsWith("/direct-scrape");
    const ports = (rules: readonly string[]): readonly string[] =>
      [...new Set(rules.flatMap((rule) => rule.match(/"port":\d+/g) ?? []))].toSorted();
    if (scrapes)
      expect([...ports(ways(ours, "egress")), '"port":9090']).toEqual(ports(ways(theirs, "egress")));
    else expect(ways(ours, "egress")).toEqual(ways(theirs, "egress"));
  });

  test.each(all)("$folder: the Service is the same", ({ ours, theirs }) => {
    expect(specsOf(ours, "Service")).toEqual(specsOf(theirs, "Service"));
    expect(only(ours, "Service").metadata.name).toBe(only(theirs, "Service").metadata.name);
  });

  test.each(all)(
    "$folder: what KEDA is told, and the certificates, are the same",
    ({ folder, ours, theirs }) => {
      const kinds = ["ScaledObject", "TriggerAuthentication", "ClusterTriggerAuthentication"];
      for (const kind of kinds)
        expect(sorted(specsOf(ours, kind)), kind).toEqual(sorted(specsOf(theirs, kind)));
      expect(ofKind(ours, "ScaledObject").length).toBe(policiesFor(folder).length);
      const leaves = (objects: readonly Manifest[]): readonly unknown[] =>
        sorted(
          specsOf(objects, "Certificate").filter((spec) => !JSON.stringify(spec).includes('"isCA":true')),
        );
      expect(leaves(ours)).toEqual(leaves(theirs));
      expect(leaves(ours).length).toBe(/mtls|complete/.test(folder) ? 2 : 0);
    },
  );

  test("deploy/monitored: monitors, alerts and the dashboard are the same", () => {
    const [{ ours, theirs } = { ours: [], theirs: [] }] = all;
    for (const kind of ["ServiceMonitor", "PodMonitor", "PrometheusRule"]) {
      expect(specsOf(ours, kind), kind).toEqual(specsOf(theirs, kind));
      expect(ofKind(ours, kind).length, kind).toBe(1);
    }
    const [dashboard, same] = [ours, theirs].map((objects) => only(objects, "ConfigMap", /dashboard/));
    expect(dashboard?.["data"]).toEqual(same?.["data"]);
    const kinds = (objects: readonly Manifest[]): readonly string[] =>
      objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}`).toSorted();
    expect(kinds(ours)).toEqual(kinds(theirs.filter(({ kind }) => kind !== "Namespace")));
  });
});

describe.skipIf(MISSING !== null)(`test/e2e/charts: ${MISSING ?? "the chart beside tidemark render"}`, () => {
  const withoutLabels = (objects: readonly Manifest[]): readonly unknown[] =>
    objects
      .map(({ metadata: { name, namespace }, ...rest }) => ({ ...rest, metadata: { name, namespace } }))
      .toSorted((one, other) =>
        compared(JSON.stringify([one.kind, one.metadata]), JSON.stringify([other.kind, other.metadata])),
      );

  test.each([
    { name: "plain", args: [], options: [], count: 6 },
    { name: "with push", args: ["--set", "keda.push=true"], options: ["--push"], count: 6 },
    { name: "with certificates", args: TLS, options: ["--tls", "tidemark-client"], count: 12 },
    {
      name: "with another Secret and another name of the service",
      args: [...TLS, "--set", "tls.clientSecret=keda-pair,fullnameOverride=scaler"],
      options: ["--tls", "keda-pair", "--scaler", "scaler.tidemark:6000"],
      count: 12,
    },
  ])("each policy's ScaledObject is the one that render writes, $name", async ({ args, options, count }) => {
    const { stdout } = await command("render", `${ROOT}policies`, ...options);
    const objects = chartObjects([...withExamples(), ...args]);
    const ours = [...ofKind(objects, "ScaledObject"), ...ofKind(objects, "TriggerAuthentication")];
    expect(ours.length).toBe(count);
    expect(withoutLabels(ours)).toEqual(withoutLabels(renderedObjects(stdout)));
  });

  test("a policy written into the values gives the same as its text", async () => {
    const directory = await temporaryDirectory();
    const files: string[] = [];
    for (const name of EXAMPLES) {
      const file = join(directory, `${name}.yaml`);
      const text = readFileSync(`${ROOT}policies/${name}.yaml`, "utf8");
      await writeFile(file, `policies:\n  ${name}:\n${text.replaceAll(/^/gm, "    ")}\n`);
      files.push("--values", file);
    }
    const [asValues, asText] = [chartObjects(files), chartObjects(withExamples())];
    expect(ofKind(asValues, "ScaledObject")).toEqual(ofKind(asText, "ScaledObject"));
  });

  test("without KEDA the Roles are those that render writes for the configuration", async () => {
    const directory = await temporaryDirectory();
    const objects = chartObjects([...withExamples(), ...KUBERNETES, "--set", "mode=autoscale"]);
    const config = join(directory, "configuration.yaml");
    await writeFile(config, textsIn(objects, /-configuration$/)["configuration.yaml"] ?? "");
    const { stdout } = await command("render", `${ROOT}policies`, "--without-keda", "--config", config);
    const targets = (all: readonly Manifest[]): readonly Manifest[] =>
      all.filter(({ kind, metadata }) => kind.startsWith("Role") && metadata.namespace !== "tidemark");
    expect(withoutLabels(targets(objects))).toEqual(withoutLabels(targets(renderedObjects(stdout))));
    expect(targets(objects).length).toBe(12);
    expect(granted(objects, "tidemark/tidemark")).toEqual(
      granted(renderedObjects(stdout), "tidemark/tidemark"),
    );
  });
});

describe.skipIf(MISSING !== null)(`test/e2e/charts: ${MISSING ?? "the chart with values"}`, () => {
  const files = VALUES.map((file) => ({ file, name: file.split("/").at(-1) ?? "" }));

  test.each(files)("$name: Helm and our own lint find nothing", async ({ file, name }) => {
    expect(helmOutput(["lint", "--strict", "--quiet", CHART, "--values", file])).toBe("");
    const directory = await temporaryDirectory();
    const rendered = join(directory, name);
    await writeFile(rendered, chartText(["--values", file]));
    const { code, stdout } = await command("lint", "--strict", rendered);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "1 file, 0 errors, 0 warnings\n" });
  });

  test.each(files)("$name: the service takes the configuration with the policies", async ({ file, name }) => {
    const objects = chartObjects(["--values", file]);
    const directory = await temporaryDirectory();
    const policies = name === "own-policies.yaml" ? {} : textsIn(objects, /-policies$/);
    const configuration = textsIn(objects, /-configuration$/)["configuration.yaml"] ?? "";
    const config = join(directory, "configuration.yaml");
    await writeFile(config, configuration);
    await mkdir(join(directory, "policies"));
    for (const [policy, text] of Object.entries(policies))
      await writeFile(join(directory, "policies", policy), text);
    const paths = name === "own-policies.yaml" ? [config] : [config, join(directory, "policies")];
    const { code, stdout } = await command("check", ...paths, "--config", config);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+ files?, 0 errors, /m) });
  });
});
