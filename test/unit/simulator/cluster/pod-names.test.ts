// Pods are known by their names: those of a workload, and of no other.

import { expect, test } from "vitest";
import { isPodOf, workloadOfPod } from "../../../../src/domain/target.ts";
import { deploymentPodName, statefulSetPodName } from "../../../../src/simulator/cluster/pod-names.ts";

test("a Deployment's pods are named after it, each differently", () => {
  const names = Array.from({ length: 20_000 }, (_, index) => deploymentPodName("triton-embedder", index));
  expect(new Set(names).size).toBe(names.length);
  for (const name of names.slice(0, 100)) {
    expect(isPodOf("triton-embedder", name)).toBe(true);
    expect(isPodOf("triton", name)).toBe(false);
    expect(workloadOfPod(name)).toEqual({ kind: "Deployment", name: "triton-embedder" });
  }
});

test("a StatefulSet's pods carry their ordinals", () => {
  expect(statefulSetPodName("triton", 4)).toBe("triton-4");
  expect(isPodOf("triton", "triton-4")).toBe(true);
});
