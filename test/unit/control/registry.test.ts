// Policies coming, changing and going while their answers stand.

import { expect, test } from "vitest";
import { Registry } from "../../../src/control/registry.ts";
import type { LoadedPolicy } from "../../../src/domain/policy-set.ts";
import type { DecisionRecord } from "../../../src/domain/record.ts";
import { initialState } from "../../../src/domain/state.ts";
import { minutes } from "../../../src/domain/units.ts";
import { anObservation, aPolicy, at } from "../../support/builders.ts";

function loaded(hash: string, overrides: Parameters<typeof aPolicy>[0] = {}): LoadedPolicy {
  const policy = aPolicy(overrides);
  return {
    key: `${policy.target.namespace}/${policy.name}`,
    policy,
    document: {},
    hash,
    file: `${policy.name}.yaml`,
  };
}

function record(t: number): DecisionRecord {
  return {
    kind: "decision",
    v: 1,
    version: "0.1.0",
    at: at(t),
    policy: "ai-inference/embedder",
    policyHash: "a",
    observation: anObservation({ t }),
    steps: [],
    decision: { replicas: 4, active: true, status: "live", scaleInBlocked: [] },
    answer: { code: "OK", metricName: "desired-replicas", metricValue: 4, targetSize: 1 },
  };
}

const KEY = "ai-inference/embedder";
const STATE = { ...initialState(), lastAnswer: 7 };

function withAnswer(): Registry {
  const registry = new Registry();
  registry.apply([loaded("a")], { rejected: [], at: at(0) });
  registry.publish(KEY, STATE, record(0));
  return registry;
}

test("an edit keeps state and record", () => {
  const registry = withAnswer();
  const changes = registry.apply([loaded("b")], { rejected: [], at: at(1) });
  expect(changes).toEqual({ added: [], edited: [KEY], deleted: [] });
  expect(registry.entry(KEY)).toMatchObject({ state: STATE, record: record(0), loaded: { hash: "b" } });
});

test("another target starts with empty state", () => {
  const registry = withAnswer();
  const moved = loaded("b", { target: { kind: "Deployment", namespace: "ai-inference", name: "other" } });
  registry.apply([moved], { rejected: [], at: at(1) });
  expect(registry.entry(KEY)?.state).toEqual(initialState());
});

test("a file that turned invalid leaves its last good policy in force", () => {
  const registry = withAnswer();
  registry.apply([], { rejected: [{ file: "embedder.yaml", issues: [] }], at: at(1) });
  expect(registry.entry(KEY)?.deletedAt).toBeNull();
  expect(registry.rejected()).toEqual([{ file: "embedder.yaml", issues: [], lastGoodInForce: true }]);
});

test("a deleted policy stands for holdFor, then it is forgotten", () => {
  const registry = withAnswer();
  const changes = registry.apply([], { rejected: [], at: at(0) });
  expect(changes.deleted).toEqual([KEY]);
  expect(registry.forget(at(599))).toEqual([]);
  expect(registry.entry(KEY)?.record).toEqual(record(0));
  expect(registry.forget(at(minutes(10) / 1000))).toEqual([KEY]);
  expect(registry.entry(KEY)).toBeNull();
});

test("a checkpoint gives a policy its state back, and one that knows nothing of it still counts as readable", () => {
  const registry = new Registry();
  const other = loaded("b", { name: "other" });
  registry.apply([loaded("a"), other], { rejected: [], at: at(0), states: new Map([[KEY, STATE]]) });
  expect(registry.entry(KEY)?.state).toEqual(STATE);
  expect(registry.entry("ai-inference/other")?.state).toEqual(initialState({ remembers: true }));
});
