// `tidemark render` as a user runs it: YAML that fits its schemas and has no known mistake, files, and refusals.

import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { CHECKOUT, command, policyText } from "../../support/command-line.ts";
import { type Manifest, manifestErrors } from "../../support/manifest-schema.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const POLICIES = join(CHECKOUT, "policies");
const HEAD = "apiVersion: tidemark.dev/v1alpha1\nkind: ScalerConfiguration\nmetadata: { name: a }\nspec:\n";
const PROMETHEUS = '  source: { kind: prometheus, prometheus: { url: "http://prometheus:9090" } }\n';
const TLS = "  grpc: { tls: { certFile: a, keyFile: b, clientCaFile: c } }\n";
const WHOLE =
  '  source: { kind: prometheus, prometheus: { url: "http://prometheus:9090", replicas: kubernetes } }\n' +
  "  kubernetes: { namespace: gpu-platform, leaderElection: { lease: writers } }\n  state: { configMap: states }\n";

function manifestsIn(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

function named(manifests: readonly Manifest[]): readonly string[] {
  return manifests.map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace}/${name}`);
}

async function written(directory: string, name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

describe("what render writes", { timeout: 60_000 }, () => {
  const autoscale = join(CHECKOUT, "deploy/overlays/autoscale");

  test.each([
    { shippedIn: "deploy/scaled-objects", options: [] },
    {
      shippedIn: "deploy/overlays/autoscale/rights",
      options: ["--without-keda", "--config", join(autoscale, "configuration.yaml")],
    },
  ])("is, for the examples, what $shippedIn ships", async ({ shippedIn, options }) => {
    const directory = await temporaryDirectory();
    const folder = join(CHECKOUT, shippedIn);
    const shipped = readdirSync(folder).filter((name) => name !== "kustomization.yaml");
    const { code, stderr } = await command("render", POLICIES, ...options, "--out", directory);
    expect([code, stderr]).toEqual([0, ""]);
    expect(readdirSync(directory).sort()).toEqual(shipped.sort());
    for (const name of shipped)
      expect(readFileSync(join(directory, name), "utf8"), name).toBe(
        readFileSync(join(folder, name), "utf8"),
      );
  });

  test("is what the documents show", async () => {
    const page = readFileSync(join(CHECKOUT, "docs/KUBERNETES.md"), "utf8");
    const policy = join(POLICIES, "small-vision.yaml");
    const keda = await command("render", policy, "--tls", "tidemark-client", "--push");
    const rights = await command("render", policy, "--without-keda");
    const [, , role, binding] = rights.stdout.split("---\n");
    expect(page).toContain(`\`\`\`yaml\n${keda.stdout}\`\`\`\n`);
    expect(page).toContain(`\`\`\`yaml\n${role}---\n${binding}\`\`\`\n`);
  });

  test("fits its schemas and lint finds nothing in it, however it is asked for", async () => {
    const directory = await temporaryDirectory();
    const whole = await written(directory, "whole.yaml", `${HEAD}${WHOLE}`);
    const asked = [
      [],
      ["--tls", "certificates", "--push", "--scaler", "scaler.gpu.svc:7000"],
      ["--without-keda"],
      ["--without-keda", "--config", whole],
    ];
    const out = join(directory, "out");
    await mkdir(out);
    const all: Manifest[] = [];
    for (const [index, options] of asked.entries()) {
      const { code, stdout } = await command("render", POLICIES, ...options);
      expect(code).toBe(0);
      all.push(...manifestsIn(stdout));
      await written(out, `${index}.yaml`, stdout);
    }
    expect(all.length).toBe(6 + 12 + 14 + 14);
    expect(manifestErrors(all)).toEqual([]);
    for (const index of asked.keys()) {
      const linted = await command("lint", "--strict", join(out, `${index}.yaml`));
      expect(linted).toEqual({ code: 0, stdout: "1 file, 0 errors, 0 warnings\n", stderr: "" });
    }
  });

  test("without KEDA goes by the configuration: where home is, the Lease, the ConfigMap, what is read", async () => {
    const directory = await temporaryDirectory();
    const whole = await written(directory, "whole.yaml", `${HEAD}${WHOLE}`);
    const policy = await written(directory, "policy.yaml", policyText());
    const { stdout } = await command("render", policy, "--without-keda", "--config", whole);
    const manifests = manifestsIn(stdout);
    expect(named(manifests)).toEqual([
      "Role gpu-platform/tidemark-autoscaler",
      "RoleBinding gpu-platform/tidemark-autoscaler",
      "Role ai-inference/tidemark-autoscale-embedder",
      "RoleBinding ai-inference/tidemark-autoscale-embedder",
    ]);
    expect(JSON.stringify(manifests[0]?.["rules"])).toMatch(/"writers".*"states"/);
    expect(JSON.stringify(manifests[2]?.["rules"])).toContain('"list"');
    expect(manifests[3]?.["subjects"]).toEqual([
      { kind: "ServiceAccount", namespace: "gpu-platform", name: "tidemark" },
    ]);
    const plain = manifestsIn((await command("render", policy, "--without-keda")).stdout);
    expect(JSON.stringify(plain[0]?.["rules"])).toContain('"tidemark-autoscaler"');
    expect(JSON.stringify(plain)).not.toContain('"list"');
  });

  test("goes to files named as the policies, and is told by a line each", async () => {
    const directory = await temporaryDirectory();
    const policy = await written(directory, "policy.yml", policyText());
    const out = join(directory, "new/out");
    expect(await command("render", policy, "--tls", "certificates", "--out", out)).toEqual({
      code: 0,
      stdout: `${out}/policy.yml: TriggerAuthentication ai-inference/embedder, ScaledObject ai-inference/embedder\n`,
      stderr: "",
    });
    const { stdout } = await command("render", policy, "--tls", "certificates");
    expect(await readFile(join(out, "policy.yml"), "utf8")).toBe(stdout);
  });
});

describe("render refuses", () => {
  test("a policy that is not valid, as check says it, and writes nothing of the others", async () => {
    const directory = await temporaryDirectory();
    await written(directory, "a.yaml", policyText());
    const bad = await written(directory, "b.yaml", policyText({ name: "other", max: 0 }));
    const out = join(directory, "out");
    const { stdout: said } = await command("check", bad);
    const { code, stdout, stderr } = await command("render", directory, "--out", out);
    expect([code, stdout]).toEqual([2, ""]);
    expect(said.startsWith(stderr)).toBe(true);
    expect(stderr).toMatch(/b\.yaml:[0-9]+:[0-9]+: spec\.replicas\.max is 0, .*\[OUT_OF_RANGE\]\n$/);
    expect(readdirSync(directory).sort()).toEqual(["a.yaml", "b.yaml"]);
  });

  test.each([
    {
      name: "a scaler without a port",
      args: ["--scaler", "tidemark"],
      says: "--scaler is tidemark, must be host:port",
    },
    {
      name: "a port that is none",
      args: ["--scaler", "a:65536"],
      says: "--scaler is a:65536, must be host:port",
    },
    {
      name: "a Secret that cannot be",
      args: ["--tls", "A b"],
      says: '--tls is "A b", must be the name of a Secret',
    },
    {
      name: "KEDA's options without KEDA",
      args: ["--without-keda", "--push"],
      says: "cannot be used with option '--push'",
    },
    {
      name: "a configuration that is not there",
      args: ["--config", "none.yaml"],
      says: "cannot read the configuration",
    },
  ])("$name", async ({ args, says }) => {
    const { code, stdout, stderr } = await command("render", POLICIES, ...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(says);
  });

  test("a configuration and a trigger of which one has TLS and the other has not", async () => {
    const directory = await temporaryDirectory();
    const plain = await written(directory, "plain.yaml", `${HEAD}${PROMETHEUS}`);
    const secure = await written(directory, "secure.yaml", `${HEAD}${PROMETHEUS}${TLS}`);
    const codes = async (config: string, ...options: readonly string[]): Promise<number> =>
      (await command("render", POLICIES, "--config", config, ...options)).code;
    expect(await codes(plain)).toBe(0);
    expect(await codes(plain, "--tls", "a")).toBe(2);
    expect(await codes(secure)).toBe(2);
    expect(await codes(secure, "--tls", "a")).toBe(0);
    expect(await codes(secure, "--without-keda")).toBe(0);
  });

  test("to write over a policy, two policies to one file, and where there is no policy", async () => {
    const directory = await temporaryDirectory();
    const other = join(directory, "other");
    await mkdir(other);
    const policy = await written(directory, "a.yaml", policyText());
    const config = await written(other, "a.yaml", policyText({ name: "second" }));
    const said = async (...args: readonly string[]): Promise<string> => {
      const { code, stderr } = await command("render", ...args);
      return `${code}: ${stderr}`;
    };
    expect(await said(policy, "--out", directory)).toBe(
      `2: ${policy} is a policy; give another folder by --out\n`,
    );
    expect(await said(policy, config, "--out", join(directory, "out"))).toBe(
      `2: two files would be written to ${join(directory, "out/a.yaml")}; rename one\n`,
    );
    expect(await readFile(policy, "utf8")).toBe(policyText());
    const empty = join(directory, "empty");
    await mkdir(empty);
    expect(await said(empty)).toBe(`2: no policy in ${empty}\n`);
    expect(await said(policy, "--out", join(policy, "below"))).toMatch(/^3: cannot write .*ENOTDIR/);
  });
});
