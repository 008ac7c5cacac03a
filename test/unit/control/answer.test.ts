// What KEDA is told for every mode and status.

import { describe, expect, test } from "vitest";

import { answerOf, toldDecision } from "../../../src/control/answer.ts";
import type { Decision } from "../../../src/domain/decision.ts";
import type { PolicyMode } from "../../../src/domain/policy.ts";
import { FOLLOWING_HPA } from "../../support/builders.ts";
import { anObservation } from "../../support/control-records.ts";

const decided = (changes: Partial<Decision> = {}): Decision => ({
  replicas: 7,
  active: true,
  status: "live",
  scaleInBlocked: [],
  ...changes,
});
const ok = (metricValue: number) => ({
  code: "OK",
  metricName: "desired-replicas",
  metricValue,
  targetSize: 1,
});
const unavailable = {
  code: "UNAVAILABLE",
  metricName: "desired-replicas",
  metricValue: null,
  targetSize: 1,
};

describe("answerOf", () => {
  const enforce: PolicyMode = "enforce";
  const shadow: PolicyMode = "shadow";
  test.each([
    { name: "the decided number", mode: enforce, decision: decided(), desired: 3, want: ok(7) },
    { name: "zero as zero", mode: enforce, decision: decided({ replicas: 0 }), desired: 3, want: ok(0) },
    { name: "a freeze as decided", mode: "hold" as const, decision: decided(), desired: 3, want: ok(7) },
    {
      name: "degraded like live",
      mode: enforce,
      decision: decided({ status: "degraded" }),
      desired: 3,
      want: ok(7),
    },
    {
      name: "holding like live",
      mode: enforce,
      decision: decided({ status: "holding" }),
      desired: 3,
      want: ok(7),
    },
    { name: "desired in shadow", mode: shadow, decision: decided(), desired: 3, want: ok(3) },
    {
      name: "nothing in shadow if desired is unknown",
      mode: shadow,
      decision: decided(),
      desired: null,
      want: unavailable,
    },
    {
      name: "nothing while starting",
      mode: enforce,
      decision: decided({ status: "starting" }),
      desired: 3,
      want: unavailable,
    },
    {
      name: "nothing past the hold",
      mode: enforce,
      decision: decided({ status: "unavailable" }),
      desired: 3,
      want: unavailable,
    },
    {
      name: "nothing without a number",
      mode: enforce,
      decision: decided({ replicas: null }),
      desired: null,
      want: unavailable,
    },
  ])("$name", ({ mode, decision, desired, want }) => {
    expect(answerOf({ decision, mode, observation: anObservation({ desired }) })).toEqual(want);
  });

  test.each([
    { name: "less than there is: just above the number below", replicas: 18, desired: 20, float: 17.01 },
    { name: "the number that is there: as it is", replicas: 20, desired: 20, float: undefined },
    { name: "more than there is: as it is", replicas: 23, desired: 20, float: undefined },
    { name: "zero: as zero", replicas: 0, desired: 20, float: undefined },
    { name: "one of many", replicas: 1, desired: 20, float: 0.01 },
    { name: "nothing known: as it is", replicas: 18, desired: null, float: undefined },
  ])("to an HPA with a tolerance, $name", ({ replicas, desired, float }) => {
    const want = float === undefined ? ok(replicas) : { ...ok(replicas), metricValueFloat: float };
    const input = {
      decision: decided({ replicas }),
      mode: "enforce",
      observation: anObservation({ desired }),
    } as const;
    expect(answerOf({ ...input, tolerance: 0.1 })).toEqual(want);
  });

  test("a rollout's surplus counts as there, and does not become desired", () => {
    const cluster = { rollout: true, existing: 22, waiting: [], hpa: null };
    const observation = { ...anObservation({ desired: 20 }), cluster };
    const answer = answerOf({
      decision: decided({ replicas: 20 }),
      mode: "enforce",
      observation,
      tolerance: 0.1,
    });
    expect(answer).toEqual({ ...ok(20), metricValueFloat: 19.01 });
  });

  test.each([
    { name: "keeps none", hpa: FOLLOWING_HPA, float: undefined },
    { name: "keeps one going out alone", hpa: { ...FOLLOWING_HPA, toleranceOut: null }, float: undefined },
    {
      name: "lost the field",
      hpa: { ...FOLLOWING_HPA, toleranceOut: null, toleranceIn: null },
      float: 17.01,
    },
    { name: "has a tolerance of its own", hpa: { ...FOLLOWING_HPA, toleranceIn: 0.05 }, float: 17.01 },
    {
      name: "asks for another metric",
      hpa: { ...FOLLOWING_HPA, asksForOurs: false, toleranceIn: null },
      float: undefined,
    },
    { name: "is not known", hpa: null, float: undefined },
  ])("to an HPA read back that $name, a policy without tolerance tells $float", ({ hpa, float }) => {
    const cluster = { rollout: false, existing: 20, waiting: [], hpa };
    const observation = { ...anObservation({ desired: 20 }), cluster };
    const answer = answerOf({
      decision: decided({ replicas: 18 }),
      mode: "enforce",
      observation,
      tolerance: 0,
    });
    expect(answer).toEqual(float === undefined ? ok(18) : { ...ok(18), metricValueFloat: float });
  });

  test("an unknown activation at zero names no number", () => {
    const observation = { ...anObservation({ desired: 0 }), activation: { value: null } };
    const decision = decided({ replicas: 0, active: false });
    expect(answerOf({ decision, mode: "enforce", observation })).toEqual(unavailable);
  });

  test.each([2.5, -1, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY])("refuses to say %s", (replicas) => {
    const decision = decided({ replicas });
    expect(() => answerOf({ decision, mode: "enforce", observation: anObservation({ desired: 3 }) })).toThrow(
      "must be an integer in 0..2147483647",
    );
  });
});

describe("toldDecision", () => {
  test.each([
    { name: "active in shadow while replicas are desired", desired: 3, active: false, want: true },
    { name: "inactive in shadow at zero", desired: 0, active: true, want: false },
  ])("$name", ({ desired, active, want }) => {
    const input = {
      decision: decided({ active }),
      mode: "shadow",
      observation: anObservation({ desired }),
    } as const;
    expect(toldDecision(input)).toEqual(decided({ active: want }));
  });

  test("leaves an enforced decision as it is", () => {
    const decision = decided({ active: false });
    expect(toldDecision({ decision, mode: "enforce", observation: anObservation({ desired: 3 }) })).toBe(
      decision,
    );
  });
});
