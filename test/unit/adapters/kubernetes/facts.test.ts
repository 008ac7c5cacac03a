// What is read off pods, workloads and HPAs as the API server has them.

import { describe, expect, test } from "vitest";
import { hpaFacts } from "../../../../src/adapters/kubernetes/hpa-facts.ts";
import { podFacts } from "../../../../src/adapters/kubernetes/pod-facts.ts";
import { workloadFacts } from "../../../../src/adapters/kubernetes/workload-facts.ts";
import { deployment, pod } from "../../../support/kube-rig.ts";

const named = (object: ReturnType<typeof pod>) => ({
  ...object,
  metadata: { ...object.metadata, namespace: "ai" },
});

describe("a pod", () => {
  const usual = { workload: "triton" } as const;
  test.each([
    { name: "that serves", parts: {}, waiting: null, isReady: true },
    { name: "that runs and is not ready", parts: { ready: false }, waiting: "NotReady", isReady: false },
    {
      name: "for which there is no node",
      parts: {
        ready: false,
        phase: "Pending",
        nodeName: "",
        scheduled: { status: "False", reason: "Unschedulable" },
      },
      waiting: "Unschedulable",
      isReady: false,
    },
    {
      name: "that has not been looked at by the scheduler",
      parts: { ready: false, phase: "Pending", nodeName: "", scheduled: { status: "False" } },
      waiting: "Scheduling",
      isReady: false,
    },
    {
      name: "whose image does not come",
      parts: { ready: false, phase: "Pending", waiting: "ImagePullBackOff" },
      waiting: "ImagePull",
      isReady: false,
    },
    {
      name: "whose image is being pulled",
      parts: { ready: false, phase: "Pending", waiting: "ContainerCreating" },
      waiting: "ContainerCreating",
      isReady: false,
    },
    {
      name: "that crashes again and again",
      parts: { ready: false, waiting: "CrashLoopBackOff", restarts: 7 },
      waiting: "CrashLoopBackOff",
      isReady: false,
    },
    {
      name: "that has been told to end",
      parts: { deleted: true, ready: false },
      waiting: null,
      isReady: false,
    },
    { name: "that is over", parts: { phase: "Failed", ready: false }, waiting: null, isReady: false },
  ])("$name", ({ parts, waiting, isReady }) => {
    const facts = podFacts(named(pod("triton-7d9f8b6c5-x2x4z", { ...usual, ...parts })));
    expect({ waiting: facts?.waiting, isReady: facts?.isReady }).toEqual({ waiting, isReady });
  });

  test("is its Deployment's by the hash of its template", () => {
    const facts = podFacts(
      named(pod("triton-large-7d9f8b6c5-x2x4z", { workload: "triton-large", restarts: 2 })),
    );
    expect(facts).toMatchObject({
      name: "triton-large-7d9f8b6c5-x2x4z",
      owner: { kind: "Deployment", name: "triton-large" },
      ip: "127.0.0.7",
      createdAt: Date.parse("2026-01-05T00:00:00Z"),
      restarts: 2,
      metricsPort: null,
    });
  });

  test("of a StatefulSet is its own name's", () => {
    const object = named(pod("triton-0", usual));
    const owned = {
      ...object,
      metadata: {
        ...object.metadata,
        ownerReferences: [{ kind: "StatefulSet", name: "triton", controller: true }],
      },
    };
    expect(podFacts(owned)?.owner).toEqual({ kind: "StatefulSet", name: "triton" });
  });

  test("of a Job is nobody's that we scale", () => {
    const object = named(pod("job-x2x4z", usual));
    const owned = {
      ...object,
      metadata: { ...object.metadata, ownerReferences: [{ kind: "Job", name: "job", controller: true }] },
    };
    expect(podFacts(owned)?.owner).toBeNull();
  });

  test("says where its metrics are", () => {
    const ports = [
      { name: "http", containerPort: 8000 },
      { name: "metrics", containerPort: 9002 },
    ];
    expect(podFacts(named(pod("triton-7d9f8b6c5-x2x4z", { ...usual, ports })))?.metricsPort).toBe(9002);
  });
});

describe("a Deployment", () => {
  test.each([
    { name: "at rest", parts: { desired: 3 }, rollout: false },
    { name: "scaling out", parts: { desired: 6, existing: 4, ready: 3 }, rollout: false },
    { name: "scaling in", parts: { desired: 2, existing: 3 }, rollout: false },
    { name: "replacing pods", parts: { desired: 3, existing: 4, updated: 1 }, rollout: true },
    { name: "whose rollout has just begun", parts: { desired: 3, updated: 0 }, rollout: true },
    {
      name: "whose rollout is past its deadline",
      parts: {
        desired: 3,
        existing: 4,
        updated: 1,
        conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }],
      },
      rollout: false,
    },
  ])("$name", ({ parts, rollout }) => {
    const { ready = parts.desired, existing = parts.desired } = parts as {
      ready?: number;
      existing?: number;
    };
    expect(workloadFacts("Deployment", deployment("triton", parts))).toEqual({
      name: "triton",
      uid: null,
      desired: parts.desired,
      ready,
      existing,
      rollout,
    });
  });

  test("that is paused does not roll, and one at zero has none", () => {
    const paused = {
      ...deployment("triton", { desired: 3, updated: 1 }),
      spec: { replicas: 3, paused: true },
    };
    expect(workloadFacts("Deployment", paused)?.rollout).toBe(false);
    const zero = { metadata: { name: "triton" }, spec: { replicas: 0 }, status: {} };
    expect(workloadFacts("Deployment", zero)).toMatchObject({
      desired: 0,
      ready: 0,
      existing: 0,
      rollout: false,
    });
  });
});

describe("a StatefulSet", () => {
  const between = { replicas: 3, currentRevision: "a", updateRevision: "b" };
  test.each([
    {
      name: "at rest",
      spec: {},
      status: { replicas: 3, currentRevision: "a", updateRevision: "a" },
      rollout: false,
    },
    { name: "replacing pods", spec: {}, status: { ...between, updatedReplicas: 1 }, rollout: true },
    {
      name: "that stops at its partition",
      spec: { updateStrategy: { rollingUpdate: { partition: 2 } } },
      status: { ...between, updatedReplicas: 1 },
      rollout: false,
    },
    {
      name: "that waits for people",
      spec: { updateStrategy: { type: "OnDelete" } },
      status: { ...between, updatedReplicas: 1 },
      rollout: false,
    },
  ])("$name", ({ spec, status, rollout }) => {
    const object = { metadata: { name: "triton" }, spec: { replicas: 3, ...spec }, status };
    expect(workloadFacts("StatefulSet", object)?.rollout).toBe(rollout);
  });
});

describe("an HPA", () => {
  const target = { kind: "Deployment", name: "triton" };
  const metric = (name: string, averageValue = "1") => ({
    type: "External",
    external: { metric: { name }, target: { type: "AverageValue", averageValue } },
  });
  const kedas = { name: "keda-hpa-triton", labels: { "scaledobject.keda.sh/name": "triton" } };

  test("that KEDA made for us, with its tolerances", () => {
    const behavior = { scaleUp: { tolerance: "0" }, scaleDown: { tolerance: "50m" } };
    const spec = { scaleTargetRef: target, metrics: [metric("s0-desired-replicas")], behavior };
    expect(hpaFacts({ metadata: kedas, spec })).toEqual({
      name: "keda-hpa-triton",
      targetKind: "Deployment",
      targetName: "triton",
      isKedas: true,
      asksForOurs: true,
      target: 1,
      toleranceOut: 0,
      toleranceIn: 0.05,
      hasBehavior: true,
    });
  });

  test("whose tolerance the API server has dropped", () => {
    const spec = {
      scaleTargetRef: target,
      metrics: [metric("s1-desired-replicas", "1k")],
      behavior: { scaleUp: {} },
    };
    expect(hpaFacts({ metadata: kedas, spec })).toMatchObject({
      target: 1000,
      toleranceOut: null,
      toleranceIn: null,
      hasBehavior: true,
    });
  });

  test("that scales by something else", () => {
    const spec = {
      scaleTargetRef: target,
      metrics: [{ type: "Resource" }, metric("s0-not-desired-replicas")],
    };
    expect(hpaFacts({ metadata: { name: "cpu" }, spec })).toMatchObject({
      isKedas: false,
      asksForOurs: false,
      target: null,
      hasBehavior: false,
    });
  });
});
