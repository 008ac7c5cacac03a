// Values that the chart refuses, and in which words.

import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../architecture/source-files.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { CHART, withExamples } from "./chart.ts";
import { helmMissing, runHelm } from "./helm.ts";

const MISSING = helmMissing();
const ONE = withExamples(["small-vision"]);

/** What Helm says of values that it does not take, without its own heading and advice. */
async function refusal(args: readonly string[]): Promise<string> {
  const { code, stderr } = runHelm(["template", "tidemark", CHART, "--namespace", "tidemark", ...args]);
  expect(code, stderr).not.toBe(0);
  return stderr;
}

async function withFile(text: string): Promise<string> {
  const file = join(await temporaryDirectory(), "given.yaml");
  await writeFile(file, text);
  return file;
}

describe.skipIf(MISSING !== null)(`test/e2e/charts: ${MISSING ?? "values that are refused"}`, () => {
  const cases = [
    { name: "an unknown value", set: "mod=x", says: "at '': additional properties 'mod' not allowed" },
    {
      name: "a mode that is none",
      set: "mode=keda",
      says: "at '/mode': value must be one of 'prometheus', 'direct-scrape', 'autoscale'",
    },
    {
      name: "a misspelt part of a section",
      set: "monitoring.podMonitr=true",
      says: "at '/monitoring': additional properties 'podMonitr' not allowed",
    },
    {
      name: "a duration without a unit",
      set: "configuration.prometheus.timeout=5",
      says: "at '/configuration/prometheus/timeout': got number, want string",
    },
    {
      name: "certificates in two places",
      set: "configuration.grpc.tls.certFile=a",
      says: "at '/configuration/grpc': additional properties 'tls' not allowed",
    },
    {
      name: "a digest that is none",
      set: "image.digest=latest",
      says: "at '/image/digest': 'latest' does not match pattern",
    },
    { name: "no replica", set: "replicaCount=0", says: "at '/replicaCount': minimum: got 0, want 1" },
    {
      name: "a memory limit that Node's cannot be worked out from",
      set: "resources.limits.memory=1G",
      says: "at '/resources/limits/memory': '1G' does not match pattern",
    },
    {
      name: "no memory limit",
      set: "resources.limits.memory=null",
      says: "at '/resources/limits': missing property 'memory'",
    },
    {
      name: "a process with rights",
      set: "podSecurityContext.runAsUser=0",
      says: "at '/podSecurityContext/runAsUser': minimum: got 0, want 1",
    },
    {
      name: "a gRPC port open to everybody",
      set: "networkPolicy.keda=null",
      says: "at '/networkPolicy': missing property 'keda'",
    },
    {
      name: "a policy's file name that cannot be",
      set: "policies.A_b=x",
      says: "at '/policies': additional properties 'A_b' not allowed",
    },
  ];

  test.each(cases)("$name", async ({ set, says }) => {
    expect(await refusal([...ONE, "--set", set])).toContain(says);
  });

  test("a misspelt key of a policy, with its path", async () => {
    const policy = readFileSync(`${ROOT}policies/small-vision.yaml`, "utf8").replace("max: 12", "mx: 12");
    const file = await withFile(`policies:\n  vision:\n${policy.replaceAll(/^/gm, "    ")}\n`);
    const said = await refusal(["--values", file]);
    expect(said).toContain("at '/policies/vision/spec/replicas': missing property 'max'");
    expect(said).toContain("at '/policies/vision/spec/replicas': additional properties 'mx' not allowed");
  });

  test.each([
    {
      name: "no policy",
      text: null,
      says: "policies is empty: give at least one (--set-file policies.NAME=FILE)",
    },
    { name: "a policy that is not YAML", text: "a: [", says: "policies.given is not YAML: " },
    { name: "a policy without a name", text: "spec: {}", says: "policies.given has no metadata.name" },
    {
      name: "a policy without a target",
      text: "metadata: { name: a }",
      says: "policies.given has no spec.target",
    },
    {
      name: "a policy without a maximum",
      text: "metadata: { name: a }\nspec: { target: { kind: Deployment, namespace: b, name: c } }",
      says: "policies.given has no spec.replicas.max",
    },
  ])("$name", async ({ text, says }) => {
    const args = text === null ? [] : ["--set-file", `policies.given=${await withFile(text)}`];
    expect(await refusal(args)).toContain(says);
  });

  test("policies from elsewhere whose workloads nobody may read", async () => {
    const args = ["--set", "existingPolicies=theirs,mode=direct-scrape"];
    expect(await refusal(args)).toContain("name the namespaces of existingPolicies by rbac.namespaces");
    expect(runHelm(["template", "tidemark", CHART, ...args, "--set", "rbac.scope=cluster"]).code).toBe(0);
  });

  test("what the page says, in its words", async () => {
    const page = readFileSync(`${ROOT}docs/HELM.md`, "utf8");
    const said = [...page.matchAll(/^- (at '.*)$/gm)].map(([, line = ""]) => line);
    const file = await withFile("policies: { embedder: { spec: { replicas: {} } } }\n");
    const set = "monitoring.podMonitr=true,configuration.prometheus.timeout=5";
    const refused = await refusal(["--values", file, "--set", set]);
    expect(said.length).toBe(3);
    for (const line of said) expect(refused).toContain(line);
  });

  test("a policy that goes to zero where nothing can run its query", async () => {
    const args = [...withExamples(["scale-to-zero"]), "--set", "mode=direct-scrape"];
    expect(await refusal(args)).toContain(
      "policies.scale-to-zero: replicas.min is 0, which needs Prometheus for its activation query",
    );
  });
});
