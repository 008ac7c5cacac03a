// The overlays of deploy/: each configuration is one that the service takes, and goes with what its components bring.

import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { needsCluster } from "../../src/cli/compose-kubernetes.ts";
import type { Configuration } from "../../src/domain/configuration.ts";
import type { LoadedPolicy } from "../../src/domain/policy-set.ts";
import { loadConfiguration, loadPolicies } from "../../src/policy/load-policies.ts";
import { granted, neededRights } from "../support/granted.ts";
import { anyKubectl, kustomizations, renderedObjects, renderedText } from "../support/kustomizations.ts";
import type { Manifest } from "../support/manifest-schema.ts";

const KUBECTL = anyKubectl();
const OVERLAYS = [
  "deploy/base",
  "deploy/monitored",
  ...kustomizations().filter((folder) => /^deploy\/overlays\/[^/]+$/.test(folder)),
];

type Container = {
  readonly args?: readonly string[];
  readonly ports: readonly { readonly name: string }[];
  readonly env: readonly { readonly name: string }[];
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
  }[];
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
};
type Pod = {
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly [Container];
  readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
};
type Deployment = {
  readonly replicas: number;
  readonly strategy: {
    readonly rollingUpdate: { readonly maxUnavailable: number; readonly maxSurge: number };
  };
  readonly template: { readonly spec: Pod };
};

type Overlay = {
  readonly folder: string;
  readonly objects: readonly Manifest[];
  readonly written: unknown;
  readonly configuration: Configuration;
  readonly policies: readonly LoadedPolicy[];
  readonly rejected: readonly unknown[];
  readonly deployment: Deployment;
  readonly pod: Pod;
  readonly container: Container;
};

function overlay(folder: string): Overlay {
  const objects = renderedObjects(renderedText(KUBECTL ?? "", folder));
  const text = data(objects, /^tidemark-configuration-/)["configuration.yaml"] ?? "";
  const bytes = (document: string): Uint8Array => new TextEncoder().encode(document);
  const loaded = loadConfiguration("configuration.yaml", bytes(text));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const files = Object.entries(data(objects, /^tidemark-policies$/)).map(([file, document]) => ({
    file,
    bytes: bytes(document),
  }));
  const { policies, rejected } = loadPolicies(files, loaded.value);
  const deployment = objects.find(({ kind }) => kind === "Deployment")?.["spec"] as Deployment;
  const pod = deployment.template.spec;
  const [container] = pod.containers;
  const configuration = loaded.value;
  return {
    folder,
    objects,
    written: parse(text),
    configuration,
    policies,
    rejected,
    deployment,
    pod,
    container,
  };
}

function data(objects: readonly Manifest[], name: RegExp): Readonly<Record<string, string>> {
  const map = objects.find(({ kind, metadata }) => kind === "ConfigMap" && name.test(metadata.name));
  return (map?.["data"] ?? {}) as Readonly<Record<string, string>>;
}

function specs<T>(objects: readonly Manifest[], wanted: string): readonly T[] {
  return objects.filter(({ kind }) => kind === wanted).map(({ spec }) => spec as T);
}

/** The paths at which two documents differ. */
function differences(one: unknown, other: unknown, path = ""): readonly string[] {
  if (isMapping(one) && isMapping(other)) {
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
    return keys.flatMap((key) => differences(one[key], other[key], path === "" ? key : `${path}.${key}`));
  }
  return JSON.stringify(one) === JSON.stringify(other) ? [] : [path];
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAutoscaler(objects: readonly Manifest[]): boolean {
  const [deployment] = specs<Deployment>(objects, "Deployment");
  return deployment?.template.spec.containers[0].args?.[0] === "autoscale";
}

type Peer = { readonly ports: readonly { readonly port: number | string }[] };

function openPorts(objects: readonly Manifest[], direction: "ingress" | "egress"): readonly string[] {
  const policies = specs<Partial<Record<"ingress" | "egress", readonly Peer[]>>>(objects, "NetworkPolicy");
  const ports = policies.flatMap((policy) => (policy[direction] ?? []).flatMap((peer) => peer.ports));
  return [...new Set(ports.map(({ port }) => String(port)))].toSorted();
}

describe.skipIf(KUBECTL === null)(`deploy/overlays${KUBECTL === null ? ": kubectl is missing" : ""}`, () => {
  const all = KUBECTL === null ? [] : OVERLAYS.map(overlay);
  const plain = all.find(({ folder }) => folder === "deploy/base");

  test("are these", () => {
    expect(OVERLAYS.map((folder) => folder.replace("deploy/", ""))).toEqual([
      "base",
      "monitored",
      "overlays/autoscale",
      "overlays/complete",
      "overlays/direct-scrape",
      "overlays/kubernetes",
      "overlays/mtls",
    ]);
  });

  test.each([
    { folder: "deploy/monitored", want: [] },
    { folder: "deploy/overlays/mtls", want: ["spec.grpc.tls"] },
    {
      folder: "deploy/overlays/kubernetes",
      want: ["spec.source.prometheus.replicas", "spec.state.file", "spec.state.configMap"],
    },
    {
      folder: "deploy/overlays/complete",
      want: ["spec.source.prometheus.replicas", "spec.grpc.tls", "spec.state.file", "spec.state.configMap"],
    },
    {
      folder: "deploy/overlays/autoscale",
      want: ["spec.source.prometheus.replicas", "spec.grpc", "spec.state.file", "spec.state.configMap"],
    },
    {
      folder: "deploy/overlays/direct-scrape",
      want: [
        "spec.tick",
        "spec.source.kind",
        "spec.source.prometheus",
        "spec.source.scrape",
        "spec.state.file",
        "spec.state.configMap",
        "spec.kubernetes",
      ],
    },
  ])("$folder differs in its configuration from the base by $want", ({ folder, want }) => {
    const found = all.find((each) => each.folder === folder);
    expect(differences(plain?.written, found?.written)).toEqual(want);
  });

  test.each(all)("$folder serves every policy that it brings, with a ScaledObject for each", (each) => {
    expect(each.rejected).toEqual([]);
    const names = each.policies.map(({ policy }) => policy.name).toSorted();
    expect(names.length).toBe(each.configuration.source.kind === "scrape" ? 5 : 6);
    const scaled = each.objects.filter(({ kind }) => kind === "ScaledObject");
    expect(scaled.map(({ metadata }) => metadata.name).toSorted()).toEqual(
      isAutoscaler(each.objects) ? [] : names,
    );
  });

  test.each(all)("$folder grants what its configuration needs, and nothing else", (each) => {
    const isWide = each.objects.some(({ kind }) => kind === "ClusterRoleBinding");
    const writes = isAutoscaler(each.objects);
    expect(granted(each.objects, "tidemark/tidemark")).toEqual(neededRights({ ...each, isWide, writes }));
  });

  test.each(all)("$folder has a token and a way to the API server if, and only if, it asks there", (each) => {
    const asks = needsCluster(each.configuration) || isAutoscaler(each.objects);
    expect(each.pod.automountServiceAccountToken).toBe(asks);
    expect(each.container.env.some(({ name }) => name === "POD_NAME")).toBe(asks);
    expect(openPorts(each.objects, "egress").includes("6443")).toBe(asks);
  });

  test.each(all)("$folder lets in who asks, and reaches its source", ({ objects, configuration }) => {
    expect(openPorts(objects, "ingress")).toEqual(isAutoscaler(objects) ? ["http"] : ["grpc", "http"]);
    const port = configuration.source.kind === "scrape" ? "8002" : "9090";
    expect(openPorts(objects, "egress")).toContain(port);
    expect(openPorts(objects, "egress")).toContain("53");
  });

  test.each(all)("$folder pauses and drains within its grace", ({ pod, container, configuration }) => {
    const pause = container.lifecycle?.preStop.sleep.seconds ?? 0;
    const drain = configuration.grpc.drainTimeout / 1000;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(pause + drain + 15);
  });

  test.each(all)(
    "$folder rolls out and drains, whoever is ready",
    ({ objects, deployment, configuration }) => {
      const budgets = specs<{ readonly maxUnavailable: number }>(objects, "PodDisruptionBudget");
      const { maxUnavailable, maxSurge } = deployment.strategy.rollingUpdate;
      const standsBy = configuration.kubernetes.leaderElection !== null;
      expect(deployment.replicas).toBe(2);
      // With one of two ready, a budget of one forbids every eviction of it, and a rollout that keeps two never ends.
      expect(budgets.map((budget) => budget.maxUnavailable)).toEqual(standsBy ? [] : [1]);
      expect({ maxUnavailable, maxSurge }).toEqual(
        standsBy ? { maxUnavailable: 2, maxSurge: 2 } : { maxUnavailable: 0, maxSurge: 1 },
      );
    },
  );

  test.each(all)("$folder has certificates on both sides, or on neither", ({ objects, pod, ...each }) => {
    const { tls } = each.configuration.grpc;
    const mount = each.container.volumeMounts.find(({ name }) => name === "tls");
    const secret = pod.volumes.find(({ name }) => name === "tls")?.secret?.secretName;
    const triggers = specs<{ readonly triggers: readonly Trigger[] }>(objects, "ScaledObject").flatMap(
      ({ triggers }) => triggers,
    );
    if (tls === null) {
      expect([mount, secret]).toEqual([undefined, undefined]);
      expect(
        triggers.filter((trigger) => trigger.authenticationRef ?? trigger.metadata["enableTLS"]),
      ).toEqual([]);
      return;
    }
    expect([tls.certFile, tls.keyFile, tls.clientCaFile].map(dirname)).toEqual(
      Array(3).fill(mount?.mountPath),
    );
    expect(mount?.subPath).toBeUndefined();
    const { server, client } = certificates(objects);
    expect(server?.secretName).toBe(secret);
    expect(tls.allowedSubjects).toEqual([client?.commonName]);
    expect(triggers.length).toBe(6);
    for (const { metadata, authenticationRef } of triggers) {
      expect(metadata["enableTLS"]).toBe("true");
      expect(authenticationRef).toEqual({ kind: "ClusterTriggerAuthentication", name: "tidemark" });
      expect(server?.dnsNames).toContain(metadata["scalerAddress"]?.split(":")[0]);
    }
    const [authentication] = specs<{ readonly secretTargetRef: readonly { readonly name: string }[] }>(
      objects,
      "ClusterTriggerAuthentication",
    );
    expect(authentication?.secretTargetRef.map(({ name }) => name)).toEqual(
      Array(3).fill(client?.secretName),
    );
  });
});

type Trigger = {
  readonly metadata: Readonly<Record<string, string>>;
  readonly authenticationRef?: unknown;
};
type Certificate = {
  readonly secretName: string;
  readonly commonName?: string;
  readonly dnsNames?: readonly string[];
  readonly usages?: readonly string[];
};

function certificates(objects: readonly Manifest[]) {
  const all = specs<Certificate>(objects, "Certificate");
  const forUse = (use: string): Certificate | undefined => all.find(({ usages }) => usages?.includes(use));
  return { server: forUse("server auth"), client: forUse("client auth") };
}
