// deploy/triton and what stands around it: times that add up, names that meet, and one place for each fact.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { isServerMetric, neededOption } from "../../src/lint/families.ts";
import { filesBelow, ROOT } from "../architecture/source-files.ts";
import type { Manifest } from "../support/manifest-schema.ts";

type Labels = Readonly<Record<string, string>>;
type Probe = {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
};
type Container = {
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly resources: { readonly requests: Labels; readonly limits: Labels };
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
};
type Pod = {
  readonly terminationGracePeriodSeconds: number;
  readonly priorityClassName: string;
  readonly nodeSelector: Labels;
  readonly tolerations: readonly Taint[];
  readonly initContainers: readonly [
    Pick<Container, "image" | "volumeMounts"> & { readonly command: readonly string[] },
  ];
  readonly containers: readonly [Container];
  readonly volumes: readonly {
    readonly name: string;
    readonly emptyDir?: { readonly medium?: string; readonly sizeLimit: string };
    readonly configMap?: { readonly name: string };
  }[];
};
type Taint = { readonly key: string; readonly operator?: string; readonly effect: string };
type Workload = {
  readonly replicas?: number;
  readonly progressDeadlineSeconds: number;
  readonly selector: { readonly matchLabels: Labels };
  readonly template: { readonly metadata: { readonly labels: Labels }; readonly spec: Pod };
};

function manifest(path: string): Manifest {
  return parse(readFileSync(`${ROOT}deploy/${path}.yaml`, "utf8")) as Manifest;
}

function spec<T>(path: string): T {
  return manifest(path)["spec"] as T;
}

const workload = spec<Workload>("triton/deployment");
const labels = workload.template.metadata.labels;
const pod = workload.template.spec;
const [server] = pod.containers;
const policy = parse(readFileSync(`${ROOT}policies/small-vision.yaml`, "utf8")) as {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly target: unknown;
    readonly models: readonly [{ readonly name: string }];
    readonly replicas: { readonly min: number; readonly max: number };
    readonly signals: object;
    readonly startup: { readonly expected: string };
  };
};
const identity = { kind: "Deployment", namespace: "ai-inference", name: "triton-resnet50" };

/** The value of a flag of tritonserver. */
function flag(name: string): readonly string[] {
  return server.args.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) => arg.slice(name.length + 3));
}

function seconds({ periodSeconds, failureThreshold }: Probe): number {
  return periodSeconds * failureThreshold;
}

function includes(all: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => all[key] === value);
}

describe("deploy/triton", () => {
  test("is the target of its policy and of the ScaledObject, which alone say how many replicas there are", () => {
    const { kind, metadata } = manifest("triton/deployment");
    expect({ kind, namespace: metadata.namespace, name: metadata.name }).toEqual(identity);
    expect(policy.spec.target).toEqual(identity);
    expect(spec<{ readonly scaleTargetRef: object }>("scaled-objects/small-vision").scaleTargetRef).toEqual({
      apiVersion: "apps/v1",
      kind: identity.kind,
      name: identity.name,
    });
    expect(workload.replicas).toBeUndefined();
  });

  test("ends in time: grace is at least pause, exit timeout and 15 s", () => {
    const pause = server.lifecycle.preStop.sleep.seconds;
    const exit = Number(flag("exit-timeout-secs")[0]);
    expect(pause).toBeGreaterThanOrEqual(10);
    expect(exit).toBeGreaterThan(0);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(pause + exit + 15);
  });

  test("starts in time: the start has five times what the policy expects, and a rollout waits for it and the fetching", () => {
    const expected = Number.parseInt(policy.spec.startup.expected, 10);
    const script = readFileSync(`${ROOT}deploy/triton/fetch-model.sh`, "utf8");
    const fetching = Number(/--retry-max-time (\d+)/.exec(script)?.[1]);
    expect(policy.spec.startup.expected).toBe(`${expected}s`);
    expect(seconds(server.startupProbe)).toBeGreaterThanOrEqual(5 * expected);
    expect(workload.progressDeadlineSeconds).toBeGreaterThan(fetching + seconds(server.startupProbe));
  });

  test("asks a question of its own by each probe, and is patient before it restarts", () => {
    const [{ name }] = policy.spec.models;
    const { startupProbe, readinessProbe, livenessProbe } = server;
    expect(startupProbe.httpGet.path).toBe("/v2/health/ready");
    expect(readinessProbe.httpGet.path).toBe(`/v2/models/${name}/versions/1/ready`);
    expect(livenessProbe.httpGet.path).toBe("/v2/health/live");
    expect(seconds(livenessProbe)).toBeGreaterThanOrEqual(60);
    expect(seconds(readinessProbe)).toBeLessThan(seconds(livenessProbe));
  });

  test("exports the percentiles that the policy's latency signal reads", () => {
    expect(Object.keys(policy.spec.signals)).toContain("latency");
    expect(flag("metrics-config")).toEqual(["summary_latencies=true", "histogram_latencies=true"]);
  });

  test("serves what was fetched and checked, and cannot write it", () => {
    const [fetch] = pod.initContainers;
    const [repository = ""] = flag("model-repository");
    const mount = server.volumeMounts.find(({ mountPath }) => repository.startsWith(`${mountPath}/`));
    const volume = pod.volumes.find(({ name }) => name === mount?.name);
    expect(mount?.readOnly).toBe(true);
    expect(volume?.emptyDir).toBeDefined();
    expect(fetch.volumeMounts).toContainEqual({ name: mount?.name, mountPath: mount?.mountPath });
    expect(repository).toBe(`${mount?.mountPath}/repository`);
    expect(fetch.command).toEqual(["/scripts/fetch-model.sh"]);
    expect(flag("model-control-mode")).toEqual(["none"]);
  });

  test("has shared memory within its memory, and disks within its disk", () => {
    const gibibytes = (quantity = ""): number => Number(/^(\d+)Gi$/.exec(quantity)?.[1]);
    const volumes = pod.volumes.flatMap(({ emptyDir }) => (emptyDir === undefined ? [] : [emptyDir]));
    const sum = (list: typeof volumes): number =>
      list.reduce((total, { sizeLimit }) => total + gibibytes(sizeLimit), 0);
    const { requests, limits } = server.resources;
    const shared = volumes.filter(({ medium }) => medium === "Memory");
    expect(sum(shared)).toBeLessThan(gibibytes(limits["memory"]) / 2);
    expect(sum(volumes) - sum(shared)).toBeLessThan(gibibytes(limits["ephemeral-storage"]));
    expect(requests["memory"]).toBe(limits["memory"]);
    expect(limits["nvidia.com/gpu"]).toBe("1");
    expect(manifest("triton/priority-class").metadata.name).toBe(pod.priorityClassName);
  });

  test("carries the labels by which everything else finds it", () => {
    const monitor = spec<{
      readonly selector: { readonly matchLabels: Labels };
      readonly podMetricsEndpoints: readonly { readonly port: string }[];
    }>("monitoring/pod-monitor");
    const service = spec<{
      readonly clusterIP: string;
      readonly selector: Labels;
      readonly ports: readonly { readonly name: string; readonly port: number }[];
    }>("triton/service");
    const budget = spec<{ readonly selector: { readonly matchLabels: Labels } }>(
      "triton/pod-disruption-budget",
    );
    const network = spec<{ readonly podSelector: { readonly matchLabels: Labels } }>("triton/network-policy");
    expect(workload.selector.matchLabels).toEqual(labels);
    expect(service.selector).toEqual(labels);
    expect(budget.selector.matchLabels).toEqual(labels);
    expect(includes(labels, monitor.selector.matchLabels)).toBe(true);
    expect(includes(labels, network.podSelector.matchLabels)).toBe(true);
    expect(manifest("triton/service").metadata).toMatchObject({ labels });
    expect(service.clusterIP).toBe("None");
    const ports = server.ports.map(({ name, containerPort }) => ({ name, port: containerPort }));
    expect(service.ports).toMatchObject(ports);
    expect(ports.map(({ name }) => name)).toContain(monitor.podMetricsEndpoints[0]?.port);
  });
});

describe("deploy/nodes", () => {
  const pool = spec<{
    readonly template: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly nodeClassRef: { readonly name: string };
        readonly taints: readonly Taint[];
        readonly terminationGracePeriod: string;
      };
    };
  }>("nodes/karpenter/node-pool");
  const cache = spec<Workload>("nodes/image-cache/daemon-set").template.spec;

  test.each([
    { what: "Triton", where: pod },
    { what: "the image cache", where: cache },
  ])(
    "$what runs on the nodes that Karpenter makes: it selects their label and tolerates their taints",
    ({ where }) => {
      expect(includes(pool.template.metadata.labels, where.nodeSelector)).toBe(true);
      const tolerated = pool.template.spec.taints.map(({ key, effect }) => ({
        key,
        operator: "Exists",
        effect,
      }));
      expect(where.tolerations).toEqual(tolerated);
    },
  );

  test("Karpenter's nodes name a class that is there, and wait longer than a pod takes to end", () => {
    const { nodeClassRef, terminationGracePeriod } = pool.template.spec;
    expect(manifest("nodes/karpenter/ec2-node-class").metadata.name).toBe(nodeClassRef.name);
    const minutes = Number(/^(\d+)m$/.exec(terminationGracePeriod)?.[1]);
    expect(minutes * 60).toBeGreaterThan(pod.terminationGracePeriodSeconds);
  });

  test("the cache pulls the image that is served, whose release stands in one place", () => {
    expect(cache.initContainers[0].image).toBe(server.image);
    const naming = filesBelow("deploy", ".yaml").filter((file) =>
      /tritonserver:|name: nvcr\.io\/nvidia\/tritonserver/.test(readFileSync(`${ROOT}${file}`, "utf8")),
    );
    expect(naming).toEqual(["deploy/triton/image/kustomization.yaml"]);
  });
});

describe("deploy/examples/prometheus-adapter", () => {
  type Rule = {
    readonly seriesQuery: string;
    readonly name: { readonly matches: string; readonly as: string };
    readonly metricsQuery: string;
  };
  const { rules } = parse(readFileSync(`${ROOT}deploy/examples/prometheus-adapter/config.yaml`, "utf8")) as {
    readonly rules: readonly [Rule];
  };
  const hpa = spec<{
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly metrics: readonly { readonly pods: { readonly metric: { readonly name: string } } }[];
  }>("examples/prometheus-adapter/horizontal-pod-autoscaler");

  test("the HPA asks for what the adapter's rules yield, and for the policy's workload within its bounds", () => {
    const yielded = rules.map(({ name: { matches, as }, seriesQuery }) =>
      (/^\w+/.exec(seriesQuery)?.[0] ?? "").replace(new RegExp(matches), as),
    );
    expect(hpa.metrics.map(({ pods }) => pods.metric.name)).toEqual(yielded);
    expect(hpa.scaleTargetRef).toMatchObject({ kind: identity.kind, name: identity.name });
    expect([hpa.minReplicas, hpa.maxReplicas]).toEqual([policy.spec.replicas.min, policy.spec.replicas.max]);
  });

  test("the rule reads a counter that Triton exports of itself, over at least four scrapes", () => {
    const { seriesQuery, metricsQuery } = rules[0];
    const name = /^\w+/.exec(seriesQuery)?.[0] ?? "";
    const { podMetricsEndpoints } = spec<{
      readonly podMetricsEndpoints: readonly { readonly interval: string }[];
    }>("monitoring/pod-monitor");
    const interval = Number.parseInt(podMetricsEndpoints[0]?.interval ?? "", 10);
    expect(isServerMetric(name)).toBe(true);
    expect(neededOption(name)).toBeNull();
    const window = Number(/\[(\d+)m\]/.exec(metricsQuery)?.[1]) * 60;
    expect(window).toBeGreaterThanOrEqual(4 * interval);
  });
});
