// What people are told of pods that do not serve and of the HPA that follows us.

import { describe, expect, test } from "vitest";
import { clusterNotes, hpaNotes } from "../../../src/control/cluster-notes.ts";
import { explain } from "../../../src/control/explain.ts";
import type { ClusterFacts, WaitingPod } from "../../../src/domain/cluster.ts";
import type { DecisionRecord } from "../../../src/domain/record.ts";
import { aPolicy, FOLLOWING_HPA } from "../../support/builders.ts";
import { buildRecord } from "../../support/registry-builder.ts";

function recordWith(cluster: Partial<ClusterFacts>): DecisionRecord {
  const record = buildRecord();
  const facts = { rollout: false, existing: 3, waiting: [], hpa: null, ...cluster };
  return { ...record, observation: { ...record.observation, cluster: facts } };
}

describe("pods that do not serve", () => {
  const waiting = (count: number): readonly WaitingPod[] =>
    Array.from({ length: count }, (_, index) => ({
      pod: `triton-${index}`,
      reason: "Unschedulable",
      restarts: 0,
    }));

  test.each([
    { name: "one", pods: waiting(1), want: "1 replica starting: triton-0 Unschedulable" },
    {
      name: "one that crashes",
      pods: [{ pod: "triton-0", reason: "CrashLoopBackOff", restarts: 7 } as const],
      want: "1 replica starting: triton-0 CrashLoopBackOff (7 restarts)",
    },
    {
      name: "many",
      pods: waiting(7),
      want: `7 replicas starting: ${[0, 1, 2, 3, 4].map((index) => `triton-${index} Unschedulable`).join(", ")}, and 2 more`,
    },
  ])("$name", ({ pods, want }) => {
    expect(clusterNotes(recordWith({ waiting: pods }), null)).toEqual([want]);
  });

  test("end the explanation, after a rollout's line", () => {
    const record = recordWith({ waiting: waiting(1), rollout: true });
    expect(explain(record, null).split("\n").slice(-2)).toEqual([
      "  1 replica starting: triton-0 Unschedulable",
      "  a rollout is replacing pods",
    ]);
  });

  test("are not spoken of where the cluster is not read", () => {
    expect(clusterNotes(buildRecord(), aPolicy())).toEqual([]);
  });
});

describe("the HPA", () => {
  const exact = aPolicy();
  const edge = aPolicy({ keda: { tolerance: 0.1 } });
  test.each([
    { name: "that follows exactly", hpa: FOLLOWING_HPA, policy: exact, says: [] },
    {
      name: "whose tolerance was dropped",
      hpa: { ...FOLLOWING_HPA, toleranceOut: null, toleranceIn: null },
      policy: exact,
      says: [
        /^HPA \S+ carries no tolerance.+ignores changes of up to a tenth; going in, it is told .+set behavior\.\*\.tolerance to "0"/,
      ],
    },
    {
      name: "whose tolerance was dropped going out alone",
      hpa: { ...FOLLOWING_HPA, toleranceOut: null },
      policy: exact,
      says: [/^HPA \S+ carries no tolerance for scaling out: /],
    },
    {
      name: "whose tolerance was dropped, as the policy knows",
      hpa: { ...FOLLOWING_HPA, toleranceOut: null, toleranceIn: null },
      policy: edge,
      says: [],
    },
    {
      name: "that has one",
      hpa: { ...FOLLOWING_HPA, toleranceIn: 0.05 },
      policy: exact,
      says: [/has a tolerance of 0\.05.+going in, it is told/],
    },
    {
      name: "that has one going out alone",
      hpa: { ...FOLLOWING_HPA, toleranceOut: 0.05 },
      policy: exact,
      says: [/has a tolerance of 0\.05: it ignores smaller changes; set it to "0"$/],
    },
    {
      name: "that has none, where the policy expects one",
      hpa: FOLLOWING_HPA,
      policy: edge,
      says: [/keda\.tolerance can be 0/],
    },
    {
      name: "with another target",
      hpa: { ...FOLLOWING_HPA, target: 5 },
      policy: exact,
      says: [/holds the metric at 5 instead of 1/],
    },
    {
      name: "without behavior",
      hpa: { ...FOLLOWING_HPA, hasBehavior: false },
      policy: exact,
      says: [/has no behavior/],
    },
    {
      name: "of somebody else",
      hpa: { ...FOLLOWING_HPA, asksForOurs: false },
      policy: exact,
      says: [/does not ask for our metric$/],
    },
    {
      name: "that only watches a shadow",
      hpa: { ...FOLLOWING_HPA, toleranceOut: null, toleranceIn: null },
      policy: aPolicy({ mode: "shadow" }),
      says: [],
    },
  ])("$name", ({ hpa, policy, says }) => {
    expect(hpaNotes(hpa, policy)).toEqual(says.map((pattern) => expect.stringMatching(pattern)));
  });
});
