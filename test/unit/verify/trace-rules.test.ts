// The parameters of the rules on real traffic, and our policy with them.

import { describe, expect, test } from "vitest";
import { replicaCapacity } from "../../../src/simulator/world/replica-demand.ts";
import { scenarioOf, TRACE_CASES } from "../../verify/trace-cases.ts";
import {
  candidateOf,
  OURS,
  OURS_LEARNED,
  parametersAt,
  pointOf,
  TRACE_RULES,
  tunedPolicy,
} from "../../verify/trace-rules.ts";

const everyPair = TRACE_CASES.flatMap((traced) =>
  TRACE_RULES.map((rule) => ({ traced, rule, name: `${rule.name} on ${traced.name}` })),
);

describe.each(everyPair)("$name", ({ traced, rule }) => {
  test("starts with a value for each parameter that is searched", () => {
    expect(Object.keys(rule.start(traced))).toEqual(Object.keys(rule.axes(traced)));
  });

  test("finds the point of its parameters again, but for their rounding", () => {
    const point = Object.keys(rule.axes(traced)).map(() => 0.5);
    const again = pointOf(rule, traced, parametersAt(rule, traced, point));
    for (const coordinate of again) expect(Math.abs(coordinate - 0.5)).toBeLessThan(0.06);
  });
});

describe.each(TRACE_CASES)("the service of $name", (traced) => {
  test("carries what is said of one replica", () => {
    const model = scenarioOf(traced, "train").workloads[0]?.models[0];
    const rate = model === undefined ? 0 : replicaCapacity(model);
    expect(rate).toBeCloseTo(traced.capacity, 9);
  });

  test("is trained on other time than it is judged by", () => {
    const { train, heldOut } = traced;
    expect(heldOut.fromSeconds).toBeGreaterThanOrEqual(train.fromSeconds + train.durationSeconds);
  });

  test.each(["train", "hold-out"] as const)("may answer what comes last, %s", (part) => {
    const { durationSeconds, workloads } = scenarioOf(traced, part);
    const [stream] = workloads[0]?.models[0]?.traffic ?? [];
    const traffic = stream?.kind === "traced" ? stream.forSeconds : null;
    expect(durationSeconds - (traffic ?? durationSeconds)).toBeCloseTo(2 * traced.objectiveSeconds, 6);
  });

  test("is scaled by our policy with every number in it", () => {
    const { policy } = tunedPolicy(traced, { target: 1.5, stabilizationWindow: 200, minReplicas: 3 });
    expect(policy.signals.requestRate?.targetPerReplica).toBe(1.5);
    expect(policy.scaleIn.stabilizationWindow).toBe(200_000);
    expect(policy.replicas).toEqual({ min: 3, max: traced.mostReplicas });
  });

  test("is scaled without a number where none is given", () => {
    const { policy } = tunedPolicy(traced, { minReplicas: 3 });
    expect(policy.signals.requestRate?.targetPerReplica).toBe("learned");
    expect(policy.signals.latency?.target).toBe(1000 * traced.objectiveSeconds);
  });
});

describe("candidates", () => {
  const [traced] = TRACE_CASES;
  if (traced === undefined) throw new Error("no case");

  test("both of ours are policies", () => {
    for (const name of [OURS, OURS_LEARNED]) expect(candidateOf(name, traced, {}).kind).toBe("policies");
  });

  test("a watermark's low mark is a share of its high one", () => {
    expect(candidateOf("watermark", traced, { high: 2, lowShare: 0.4, minReplicas: 1 })).toEqual({
      kind: "baseline",
      name: "watermark",
      baseline: "watermark",
      parameters: { high: 2, low: 0.8, minReplicas: 1 },
    });
  });
});
