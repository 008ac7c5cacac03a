// Replica counts as kube-state-metrics publishes them, now and in the recent past.

import { describe, expect, test } from "vitest";

import { ReplicaCounts } from "../../../../src/adapters/prometheus/kube-state-metrics.ts";
import type { TargetRef } from "../../../../src/domain/target.ts";
import { instant, minutes } from "../../../../src/domain/units.ts";

const DEPLOYMENT: TargetRef = { kind: "Deployment", namespace: "ai", name: "triton" };

type Given = {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly values: readonly number[];
};

/** Counts with a sample each 15 s from 0 on. */
function countsOf(series: readonly Given[]): ReplicaCounts {
  const counts = new ReplicaCounts({ keep: minutes(20) });
  for (const { name, labels = { deployment: "triton" }, values } of series) {
    counts.take({
      labels: { __name__: name, namespace: "ai", ...labels },
      times: values.map((_, index) => instant(index * 15_000)),
      values,
    });
  }
  return counts;
}

const SPEC = "kube_deployment_spec_replicas";
const READY = "kube_deployment_status_replicas_ready";

describe("replica counts", () => {
  test.each([
    { name: "are the newest", at: 30, desired: 4, ready: 3 },
    { name: "are those of the past when that is asked for", at: 29, desired: 3, ready: 3 },
    { name: "last a minute", at: 89, desired: 4, ready: 3 },
    { name: "are unknown after that", at: 90, desired: null, ready: null },
  ])("$name", ({ at, desired, ready }) => {
    const counts = countsOf([
      { name: SPEC, values: [3, 3, 4] },
      { name: READY, values: [3, 3, 3] },
    ]);
    expect(counts.read(DEPLOYMENT, instant(at * 1000), minutes(1))).toEqual({
      desired,
      ready,
      source: "kube-state-metrics",
    });
  });

  test("of a StatefulSet are not those of a Deployment of the same name", () => {
    const counts = countsOf([
      { name: SPEC, values: [3] },
      { name: "kube_statefulset_replicas", labels: { statefulset: "triton" }, values: [5] },
      { name: "kube_statefulset_status_replicas_ready", labels: { statefulset: "triton" }, values: [2] },
    ]);
    expect(counts.read({ ...DEPLOYMENT, kind: "StatefulSet" }, instant(0), minutes(1))).toMatchObject({
      desired: 5,
      ready: 2,
    });
    expect(counts.read(DEPLOYMENT, instant(0), minutes(1))).toMatchObject({ desired: 3, ready: null });
  });

  test.each([
    { name: "no whole number", series: { name: SPEC, values: [Number.NaN] } },
    {
      name: "another namespace",
      series: { name: SPEC, labels: { deployment: "triton", namespace: "b" }, values: [3] },
    },
    { name: "no workload", series: { name: SPEC, labels: {}, values: [3] } },
    { name: "another metric", series: { name: "kube_deployment_created", values: [3] } },
  ])("are unknown from $name", ({ series }) => {
    expect(countsOf([series]).read(DEPLOYMENT, instant(0), minutes(1)).desired).toBeNull();
  });
});
