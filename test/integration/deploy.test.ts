// deploy/ renders with kubectl, every object fits its schema, and each ScaledObject fits its policy.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { loadConfiguration, loadPolicies } from "../../src/policy/load-policies.ts";
import { ROOT } from "../architecture/source-files.ts";
import { type Manifest, manifestErrors } from "../support/manifest-schema.ts";

const KUBECTL_MISSING = spawnSync("kubectl", ["version", "--client"]).status !== 0;
const IN_CI = process.env["CI"] === "true";

type Policy = {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly target: { readonly kind: string; readonly namespace: string; readonly name: string };
    readonly replicas: { readonly min?: number; readonly max: number };
  };
};

function policies(): readonly Policy[] {
  return policyFiles().map((file) => parse(readFileSync(`${ROOT}policies/${file}`, "utf8")) as Policy);
}

function policyFiles(): readonly string[] {
  return readdirSync(`${ROOT}policies`)
    .filter((file) => file.endsWith(".yaml"))
    .sort();
}

function render(folder: string): readonly Manifest[] {
  const { status, stdout, stderr } = spawnSync("kubectl", ["kustomize", `${ROOT}${folder}`], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`kubectl kustomize ${folder}: ${stderr}`);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

describe("deploy", () => {
  let rendered: readonly Manifest[] = [];

  beforeAll(() => {
    if (!KUBECTL_MISSING) rendered = render("deploy/base");
  });

  function all(kind: string, context: { skip: (note: string) => void }): readonly Manifest[] {
    if (KUBECTL_MISSING && IN_CI) throw new Error("kubectl is missing");
    if (KUBECTL_MISSING) context.skip("kubectl is not installed: deploy/ was not rendered");
    return rendered.filter((manifest) => manifest.kind === kind);
  }

  function one(kind: string, context: { skip: (note: string) => void }): Manifest {
    const [first, ...others] = all(kind, context);
    expect(others.map((manifest) => manifest.metadata.name)).toEqual([]);
    if (first === undefined) throw new Error(`no ${kind}`);
    return first;
  }

  test("renders the service, its policies and a ScaledObject for each, and every object fits its schema", (context) => {
    const numbers = {
      Namespace: 1,
      ServiceAccount: 1,
      Service: 1,
      Deployment: 1,
      PodDisruptionBudget: 1,
      NetworkPolicy: 1,
      ConfigMap: 2,
      ScaledObject: policyFiles().length,
    };
    const found = Object.keys(numbers).map((kind) => [kind, all(kind, context).length]);
    expect(Object.fromEntries(found)).toEqual(numbers);
    expect(rendered.length).toBe(8 + policyFiles().length);
    expect(manifestErrors(rendered)).toEqual([]);
  }, 60_000);

  test("each ScaledObject names its policy and nothing else, and repeats the policy's target and bounds", (context) => {
    const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name);
    const got = all("ScaledObject", context).map(({ metadata, spec }) => {
      const { scaleTargetRef, minReplicaCount, maxReplicaCount, triggers } = spec as Record<string, never>;
      return {
        name: metadata.name,
        namespace: metadata.namespace,
        scaleTargetRef,
        minReplicaCount,
        maxReplicaCount,
        triggers,
      };
    });
    const want = policies().map(({ metadata: { name }, spec: { target, replicas } }) => ({
      name,
      namespace: target.namespace,
      scaleTargetRef: { apiVersion: "apps/v1", kind: target.kind, name: target.name },
      minReplicaCount: replicas.min ?? 1,
      maxReplicaCount: replicas.max,
      triggers: [
        {
          type: "external",
          metricType: "AverageValue",
          metadata: { scalerAddress: "tidemark.tidemark:6000", policy: name },
        },
      ],
    }));
    expect([...got].sort(byName)).toEqual([...want].sort(byName));
  });

  test("each ScaledObject leaves the dynamics to the policy and never falls back below its minimum", (context) => {
    const scaledObjects = all("ScaledObject", context);
    expect(scaledObjects.length).toBeGreaterThan(0);
    for (const { metadata, spec } of scaledObjects) {
      const { advanced, fallback, pollingInterval, cooldownPeriod, minReplicaCount, maxReplicaCount } =
        spec as {
          advanced: { horizontalPodAutoscalerConfig: { behavior: unknown } };
          fallback: { replicas: number };
          pollingInterval: number;
          cooldownPeriod: number;
          minReplicaCount: number;
          maxReplicaCount: number;
        };
      const generous = [{ type: "Pods", value: maxReplicaCount, periodSeconds: 15 }];
      expect(advanced.horizontalPodAutoscalerConfig.behavior, metadata.name).toEqual({
        scaleUp: { stabilizationWindowSeconds: 0, tolerance: "0", policies: generous },
        scaleDown: { stabilizationWindowSeconds: 60, tolerance: "0", policies: generous },
      });
      expect(fallback, metadata.name).toEqual({
        failureThreshold: 3,
        replicas: fallback.replicas,
        behavior: "currentReplicasIfHigher",
      });
      expect(fallback.replicas, metadata.name).toBeGreaterThanOrEqual(Math.max(1, minReplicaCount));
      expect(fallback.replicas, metadata.name).toBeLessThanOrEqual(maxReplicaCount);
      expect(pollingInterval, metadata.name).toBeLessThanOrEqual(30);
      expect(cooldownPeriod, metadata.name).toBeLessThanOrEqual(60);
    }
  });

  test("the policies reach the service as they are in policies/, under a name that does not change", (context) => {
    const map = all("ConfigMap", context).find(({ metadata }) => metadata.name === "tidemark-policies");
    const files = policyFiles();
    const want = Object.fromEntries(
      files.map((file) => [file, readFileSync(`${ROOT}policies/${file}`, "utf8")]),
    );
    expect(files.length).toBe(6);
    expect(map?.["data"]).toEqual(want);
  });

  test("the pod runs without rights and outlives the drain", (context) => {
    const deployment = one("Deployment", context)["spec"] as {
      readonly replicas: number;
      readonly template: { readonly spec: Readonly<Record<string, unknown>> };
    };
    const pod = deployment.template.spec;
    const configuration = all("ConfigMap", context).find(({ metadata }) =>
      /configuration/.test(metadata.name),
    );
    const data = (configuration?.["data"] ?? {}) as Readonly<Record<string, string>>;
    const { grpc } = (parse(data["configuration.yaml"] ?? "") as { spec: { grpc: { drainTimeout: string } } })
      .spec;
    expect(deployment.replicas).toBe(2);
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          image: "tidemark:0.1.0",
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          readinessProbe: { httpGet: { path: "/readyz", port: "http" } },
          livenessProbe: { httpGet: { path: "/livez", port: "http" } },
        },
      ],
    });
    expect(pod["terminationGracePeriodSeconds"]).toBeGreaterThan(Number.parseInt(grpc.drainTimeout, 10));
    expect(JSON.stringify(pod["volumes"])).toContain(configuration?.metadata.name);
    expect(one("Service", context)["spec"]).toMatchObject({ clusterIP: "None" });
  });
});

describe("the configuration that deploy/ ships", () => {
  test("is valid, and serves every example", () => {
    const bytes = (file: string): Uint8Array => readFileSync(`${ROOT}${file}`);
    const path = "deploy/service/configuration.yaml";
    const configuration = loadConfiguration(path, bytes(path));
    if (!configuration.ok) throw new Error(JSON.stringify(configuration.failure));
    const files = policyFiles().map((file) => ({ file, bytes: bytes(`policies/${file}`) }));
    const { policies: served, rejected } = loadPolicies(files, configuration.value);
    expect(served.length).toBe(6);
    expect(rejected).toEqual([]);
  });
});

describe("the schema check", { timeout: 60_000 }, () => {
  const scaledObject = {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: { name: "a", namespace: "b" },
  };

  test.each([
    { name: "a wrong type", spec: { maxReplicaCount: "many" }, want: "maxReplicaCount must be integer" },
    { name: "an unknown field", spec: { maxReplicas: 3 }, want: `maxReplicas"' does not exist` },
    { name: "an unknown field further down", spec: { advanced: { hpa: {} } }, want: `hpa"' does not exist` },
    {
      name: "a younger field's form",
      spec: { fallback: { failureThreshold: 3, replicas: 1, behavior: "up" } },
      want: "must match",
    },
    { name: "a missing field", spec: { triggers: undefined }, want: "triggers" },
  ])("finds $name", ({ spec, want }) => {
    const complete = { scaleTargetRef: { name: "c" }, triggers: [], ...spec };
    expect(manifestErrors([{ ...scaledObject, spec: complete }]).join("\n")).toContain(want);
  });

  test("accepts the younger fields", () => {
    const behavior = { scaleUp: { tolerance: "0" }, scaleDown: { tolerance: "50m" } };
    const spec = {
      scaleTargetRef: { name: "c" },
      triggers: [],
      advanced: { horizontalPodAutoscalerConfig: { behavior } },
      fallback: { failureThreshold: 3, replicas: 1, behavior: "currentReplicas" },
    };
    expect(manifestErrors([{ ...scaledObject, spec }])).toEqual([]);
  });

  test("does not pass a kind that it has no schema for", () => {
    expect(manifestErrors([{ ...scaledObject, kind: "Widget" }])).toEqual([
      "Widget/a: no schema for this kind",
    ]);
  });
});
