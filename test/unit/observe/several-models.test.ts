// Rules 4, 19 and 20: replicas, rejections, several models on one target.

import { describe, expect, it } from "vitest";
import type { Policy, SignalPolicies } from "../../../src/domain/policy.ts";
import type { WorkloadSamples } from "../../../src/domain/samples.ts";
import { seconds } from "../../../src/domain/units.ts";
import { aPolicy, DECLARED } from "../../support/builders.ts";
import { ALL, type Load, observe, server } from "../../support/observed.ts";
import { aPod, aSeries, every, samplesOf } from "../../support/samples-builder.ts";

describe("rejections, replicas and several models", () => {
  it("counts refusals of the longest window, not cancellations", () => {
    const canceled = aSeries(
      "nv_inference_request_failure",
      every(1, ALL, (t) => 5 * t),
      { reason: "CANCELED" },
    );
    const series = [
      ...server({ failures: 2 }).filter(({ labels }) => labels.reason !== "CANCELED"),
      canceled,
    ];
    expect(observe(samplesOf(aPod("p", series)), { signals: DECLARED }).rejectedRequests).toBe(240);
  });

  it.each<[string, WorkloadSamples["replicas"], unknown]>([
    ["counted by pods", { desired: null, ready: null, source: "pods" }, [2, 1, 1]],
    ["static", { desired: 3, ready: null, source: "static" }, [3, 1, 2]],
    ["given", { desired: 5, ready: 6, source: "kubernetes" }, [5, 6, 0]],
    ["not given", { desired: null, ready: null, source: "kubernetes" }, [null, null, null]],
    ["half given", { desired: 4, ready: null, source: "kube-state-metrics" }, [4, null, null]],
  ])("replicas %s", (_, replicas, expected) => {
    const pods = [aPod("p-0", server()), aPod("p-1", [])];
    const { desired, ready, starting } = observe({ pods, replicas }).replicas;
    expect([desired, ready, starting]).toEqual(expected);
  });

  it("expects a ready pod that was never scraped, where only the count tells of it", () => {
    const replicas = { desired: 3, ready: 3, source: "kube-state-metrics" } as const;
    const pods = [aPod("p-0", server()), aPod("p-1", server())];
    expect(observe({ pods, replicas }).pods).toEqual({ expected: 3, fresh: 2 });
  });

  it("never counts no pods as no replicas", () => {
    expect(observe(samplesOf()).replicas).toEqual({
      desired: null,
      ready: 0,
      starting: null,
      source: "pods",
    });
  });

  const models = [
    { name: "a", maxQueueDelay: seconds(0), weight: 1 },
    { name: "b", maxQueueDelay: seconds(0), weight: 4 },
  ];
  const both = (b: Load) => [...server({ model: "a", rate: 10 }), ...server({ model: "b", ...b })];
  const policyOf = (signals: Partial<SignalPolicies>): Policy => aPolicy({ signals, models });
  const DECLARED_HERE = { ...DECLARED, gpuMemory: null };

  it("adds weighted loads and backlogs, and takes the largest quality", () => {
    const samples = samplesOf(aPod("p", both({ rate: 5, queueMs: 90, pending: () => 3 })));
    const { signals } = observe(samples, { policy: policyOf(DECLARED_HERE) });
    expect(signals.requestRate).toMatchObject({ value: 30, models: { a: 10, b: 20 } });
    expect(signals.pendingRequests).toMatchObject({ value: 14, newest: 14, models: { a: 2, b: 12 } });
    expect(signals.queueDuration).toMatchObject({ value: 0.09, requests: 600, models: { a: 0.03, b: 0.09 } });
  });

  it("does not let a model with few completions hide another's queue", () => {
    const samples = samplesOf(aPod("p", both({ rate: 0.1, queueMs: 5000, pending: () => 0 })));
    expect(observe(samples, { policy: policyOf(DECLARED_HERE) }).signals.queueDuration?.value).toBe(0.03);
  });

  it("lets one model speak while the other is missing, but covers nothing then", () => {
    const { signals, pods } = observe(samplesOf(aPod("p", server({ model: "a" }))), {
      policy: policyOf(DECLARED_HERE),
    });
    expect(signals.requestRate).toMatchObject({ state: "live", value: 10, freshPods: 0, models: { a: 10 } });
    expect(pods).toEqual({ expected: 1, fresh: 0 });
  });

  it("takes no part of a load for the whole where freshness is not asked for", () => {
    const requestRate = { ...DECLARED.requestRate, required: false };
    const { signals } = observe(samplesOf(aPod("p", server({ model: "a" }))), {
      policy: policyOf({ requestRate }),
    });
    expect(signals.requestRate).toMatchObject({ state: "absent", value: null });
  });
});
