// Replica counts, pods, rollouts and HPAs as ticks see them, from an API server.

import { describe, expect, onTestFinished, test } from "vitest";
import { ClusterSource } from "../../../src/adapters/kubernetes/cluster-source.ts";
import { ClusterView } from "../../../src/adapters/kubernetes/cluster-view.ts";
import { podTargets } from "../../../src/adapters/kubernetes/pod-targets.ts";
import { ScaleClient } from "../../../src/adapters/kubernetes/scale-client.ts";
import type { PodSamples, WorkloadSamples } from "../../../src/domain/samples.ts";
import type { TargetRef } from "../../../src/domain/target.ts";
import { after, before, minutes, seconds } from "../../../src/domain/units.ts";
import type { MetricsSource } from "../../../src/ports/metrics-source.ts";
import {
  DEPLOYMENTS,
  deployment,
  HPAS,
  kubeRig,
  NAMESPACE,
  PODS,
  pod,
  STATEFUL_SETS,
} from "../../support/kube-rig.ts";
import { until } from "../../support/until.ts";

const TARGET: TargetRef = { kind: "Deployment", namespace: NAMESPACE, name: "triton" };
const FIRST = "triton-7d9f8b6c5-aaaaa";
const SECOND = "triton-7d9f8b6c5-bbbbb";

/** Samples of one pod that answers scrapes. */
const sampled = (name: string): PodSamples => ({
  pod: name,
  appearedAt: null,
  ready: null,
  expected: true,
  scrapes: [],
  series: [],
});

function source(pods: readonly PodSamples[]): MetricsSource {
  const samples: WorkloadSamples = { pods, replicas: { desired: null, ready: null, source: "kubernetes" } };
  return {
    kind: "prometheus",
    scrapeInterval: seconds(15),
    wanted: () => undefined,
    refresh: () => Promise.resolve({ ok: true, detail: null }),
    workload: () => samples,
    queried: () => ({ times: [], values: [] }),
    close: () => Promise.resolve(),
  };
}

async function rig({
  target = TARGET,
  pods = [FIRST],
}: {
  target?: TargetRef;
  pods?: readonly string[];
} = {}) {
  const kube = await kubeRig();
  const view = new ClusterView(kube);
  onTestFinished(() => view.close());
  const cluster = new ClusterSource(source(pods.map(sampled)), { view, targets: () => [target] });
  return {
    ...kube,
    view,
    cluster,
    /** What a tick sees now. */
    seen: () => cluster.workload(target, kube.clock.now(), minutes(1)),
    async listed() {
      await cluster.refresh(kube.clock.now());
      await view.tried();
    },
  };
}

describe("replicas from Kubernetes", () => {
  test("are those of the Deployment, at once after they change", async () => {
    const { server, listed, seen } = await rig();
    server.put(DEPLOYMENTS, deployment("triton", { desired: 3, ready: 2 }));
    await listed();
    expect(seen().replicas).toEqual({ desired: 3, ready: 2, source: "kubernetes" });
    await until(() => server.watching === 3, "the watches");
    server.put(DEPLOYMENTS, deployment("triton", { desired: 7, ready: 2 }));
    await until(() => seen().replicas.desired === 7, "the change");
  });

  test("are those of a StatefulSet", async () => {
    const { server, listed, seen } = await rig({ target: { ...TARGET, kind: "StatefulSet" } });
    server.put(STATEFUL_SETS, deployment("triton", { desired: 2 }));
    await listed();
    expect(seen().replicas).toEqual({ desired: 2, ready: 2, source: "kubernetes" });
  });

  test("of zero are zero, and of none unknown", async () => {
    const { server, listed, seen } = await rig();
    await listed();
    expect(seen().replicas).toEqual({ desired: null, ready: null, source: "kubernetes" });
    await until(() => server.watching === 3, "the watches");
    server.put(DEPLOYMENTS, deployment("triton", { desired: 0 }));
    await until(() => seen().replicas.desired === 0, "the Deployment");
    server.remove(DEPLOYMENTS, "triton");
    await until(() => seen().replicas.desired === null, "its end");
  });

  test("of a workload that is followed later are known at once", async () => {
    const { server, listed, view, clock } = await rig();
    server.put(DEPLOYMENTS, deployment("triton", { desired: 3 }));
    server.put(DEPLOYMENTS, deployment("other", { desired: 5 }));
    await listed();
    const other = { ...TARGET, name: "other" };
    view.follow([TARGET, other]);
    expect(view.replicas(other, clock.now())).toEqual({ desired: 5, ready: 5 });
  });

  test("are as they were known when the source was read", async () => {
    const { server, listed, cluster, clock, seen } = await rig();
    server.put(DEPLOYMENTS, deployment("triton", { desired: 3 }));
    await listed();
    await until(() => server.watching === 3, "the watches");
    const earlier = clock.now();
    await until(() => clock.now() > earlier, "a millisecond");
    server.put(DEPLOYMENTS, deployment("triton", { desired: 7 }));
    await until(() => seen().replicas.desired === 7, "the change");
    expect(cluster.workload(TARGET, earlier, minutes(1)).replicas.desired).toBe(3);
    expect(cluster.workload(TARGET, before(earlier, seconds(2)), minutes(1)).replicas.desired).toBe(3);
  });

  test("are unknown once the server has been away for a while, and a reading says so", async () => {
    const { server, listed, cluster, clock, view } = await rig();
    server.put(DEPLOYMENTS, deployment("triton", { desired: 3 }));
    await listed();
    await until(() => server.watching === 3, "the watches");
    server.script({ answer: { kind: "status", status: 403, reason: "Forbidden" } });
    server.endWatches();
    const soon = after(clock.now(), seconds(20));
    await until(() => view.problem(soon)?.startsWith("403") === true, "the trouble");
    expect(cluster.workload(TARGET, clock.now(), minutes(1)).replicas.desired).toBe(3);
    expect(cluster.workload(TARGET, soon, minutes(1))).toMatchObject({
      replicas: { desired: null, ready: null },
    });
    expect(await cluster.refresh(soon)).toEqual({
      ok: false,
      detail: "Kubernetes: 403: Forbidden: scripted Forbidden",
    });
    server.clearFaults();
    server.put(DEPLOYMENTS, deployment("triton", { desired: 5 }));
    await until(() => cluster.workload(TARGET, clock.now(), minutes(1)).replicas.desired === 5, "its return");
  });
});

describe("pods from Kubernetes", () => {
  const expectedPods = ({ pods }: WorkloadSamples): readonly string[] =>
    pods.flatMap(({ pod: name, expected }) => (expected ? [name] : []));

  test("count as expected while they are ready, scraped or not, and not while they end", async () => {
    const { server, listed, seen } = await rig({ pods: [FIRST, "triton-7d9f8b6c5-zzzzz"] });
    server.put(DEPLOYMENTS, deployment("triton", { desired: 3 }));
    server.put(PODS, pod(FIRST, { workload: "triton" }));
    server.put(PODS, pod(SECOND, { workload: "triton" }));
    server.put(PODS, pod("triton-7d9f8b6c5-ccccc", { workload: "triton", ready: false }));
    server.put(PODS, pod("triton-7d9f8b6c5-ddddd", { workload: "triton", deleted: true }));
    server.put(PODS, pod("triton-large-7d9f8b6c5-eeeee", { workload: "triton-large" }));
    await listed();
    expect(expectedPods(seen())).toEqual([FIRST, SECOND]);
  });

  test("that do not serve are named with why", async () => {
    const { server, listed, seen } = await rig();
    server.put(DEPLOYMENTS, deployment("triton", { desired: 4, ready: 1 }));
    server.put(PODS, pod(FIRST, { workload: "triton" }));
    const pending = { workload: "triton", ready: false, phase: "Pending" } as const;
    const scheduled = { status: "False", reason: "Unschedulable" };
    server.put(PODS, pod("triton-7d9f8b6c5-ccccc", { ...pending, nodeName: "", scheduled }));
    server.put(PODS, pod("triton-7d9f8b6c5-ddddd", { ...pending, waiting: "ErrImagePull" }));
    server.put(
      PODS,
      pod(SECOND, { workload: "triton", ready: false, waiting: "CrashLoopBackOff", restarts: 7 }),
    );
    await listed();
    expect(seen().cluster).toEqual({
      rollout: false,
      existing: 4,
      waiting: [
        { pod: SECOND, reason: "CrashLoopBackOff", restarts: 7 },
        { pod: "triton-7d9f8b6c5-ccccc", reason: "Unschedulable", restarts: 0 },
        { pod: "triton-7d9f8b6c5-ddddd", reason: "ImagePull", restarts: 0 },
      ],
      hpa: null,
    });
  });

  test("are scraped where they say that their metrics are", async () => {
    const { server, listed, view, clock } = await rig();
    server.put(PODS, pod(FIRST, { workload: "triton", ready: false }));
    server.put(
      PODS,
      pod(SECOND, { workload: "triton", ports: [{ name: "metrics", containerPort: 9002 }], ip: "fd00::7" }),
    );
    server.put(PODS, pod("triton-7d9f8b6c5-ccccc", { workload: "triton", phase: "Pending", ip: "" }));
    server.put(PODS, pod("triton-7d9f8b6c5-ddddd", { workload: "triton", phase: "Failed" }));
    expect(podTargets(view, clock.now())).toEqual([]);
    await listed();
    expect(podTargets(view, clock.now())?.map(({ url }) => url)).toEqual([
      "http://127.0.0.7:8002/metrics",
      "http://[fd00::7]:9002/metrics",
    ]);
  });
});

describe("what else the cluster tells", () => {
  test("a rollout, from its beginning to its end", async () => {
    const { server, listed, seen } = await rig();
    server.put(DEPLOYMENTS, deployment("triton", { desired: 3, existing: 4, updated: 1 }));
    await listed();
    expect(seen().cluster).toMatchObject({ rollout: true, existing: 4 });
    await until(() => server.watching === 3, "the watches");
    server.put(DEPLOYMENTS, deployment("triton", { desired: 3 }));
    await until(() => seen().cluster?.rollout === false, "its end");
  });

  test("the HPA that follows us, with the tolerance that it carries", async () => {
    const { server, listed, seen } = await rig();
    server.put(DEPLOYMENTS, deployment("triton", { desired: 3 }));
    const external = {
      metric: { name: "s0-desired-replicas" },
      target: { type: "AverageValue", averageValue: "1" },
    };
    server.put(HPAS, {
      metadata: { name: "keda-hpa-triton", labels: { "scaledobject.keda.sh/name": "triton" } },
      spec: {
        scaleTargetRef: { kind: "Deployment", name: "triton" },
        metrics: [{ type: "External", external }],
        behavior: { scaleUp: { tolerance: "0" }, scaleDown: {} },
      },
    });
    await listed();
    expect(seen().cluster?.hpa).toEqual({
      name: "keda-hpa-triton",
      isKedas: true,
      asksForOurs: true,
      target: 1,
      toleranceOut: 0,
      toleranceIn: null,
      hasBehavior: true,
    });
  });

  test("an HPA that may not be read is left out, and nothing else", async () => {
    const { server, listed, seen, view, clock } = await rig();
    server.put(DEPLOYMENTS, deployment("triton", { desired: 3 }));
    server.script({
      path: /horizontalpodautoscalers/,
      answer: { kind: "status", status: 403, reason: "Forbidden" },
    });
    await listed();
    expect([seen().cluster?.hpa, seen().replicas.desired, view.problem(clock.now())]).toEqual([
      null,
      3,
      null,
    ]);
  });
});

describe("the scale subresource", () => {
  test("is read and written as it was read, zero included", async () => {
    const { api, server } = await kubeRig();
    server.put(DEPLOYMENTS, deployment("triton", { desired: 3 }));
    const scale = new ScaleClient(api);
    const read = await scale.read(TARGET);
    if (!read.ok) throw new Error(read.failure.detail);
    expect(read.value).toMatchObject({ desired: 3, existing: 3 });
    expect(await scale.write(TARGET, 0, read.value)).toMatchObject({ ok: true, value: { desired: 0 } });
    expect(server.get(DEPLOYMENTS, "triton")?.["spec"]).toEqual({ replicas: 0 });
    expect(await scale.write(TARGET, 5, read.value)).toMatchObject({
      ok: false,
      failure: { kind: "conflict" },
    });
    expect(await scale.read(TARGET)).toMatchObject({ ok: true, value: { desired: 0 } });
  });

  test.each([
    { status: 401, kind: "forbidden" },
    { status: 403, kind: "forbidden" },
    { status: 404, kind: "notFound" },
    { status: 409, kind: "conflict" },
    { status: 422, kind: "invalid" },
    { status: 429, kind: "throttled" },
    { status: 500, kind: "unreachable" },
  ])("$status is $kind", async ({ status, kind }) => {
    const { api, server } = await kubeRig();
    server.script({ answer: { kind: "status", status, retryAfter: 3 } });
    expect(await new ScaleClient(api).read(TARGET)).toMatchObject({
      ok: false,
      failure: { kind, retryAfter: 3000 },
    });
  });
});
