// Policies, records and registries for tests: complete values, of which a test states only what it is about.

import type { Registry } from "../../src/control/registry.ts";
import type { Answer, Decision, Status, Step } from "../../src/domain/decision.ts";
import type { Traffic } from "../../src/domain/observation.ts";
import type { Policy } from "../../src/domain/policy.ts";
import type { LoadedPolicy } from "../../src/domain/policy-set.ts";
import type { DecisionRecord } from "../../src/domain/record.ts";
import { initialState } from "../../src/domain/state.ts";
import { policyKey } from "../../src/domain/target.ts";
import { type Instant, instant } from "../../src/domain/units.ts";
import { VERSION } from "../../src/domain/version.ts";
import { UNSATURATED, usualPolicy } from "./builders.ts";

/** 2026-01-05T00:00:50Z, the instant of most records in tests. */
export const RECORD_AT: Instant = instant(Date.UTC(2026, 0, 5, 0, 0, 50));

/** Returns the policy as a policy source hands it over. */
export function loadPolicy(policy: Policy = usualPolicy()): LoadedPolicy {
  return {
    key: policyKey(policy.target.namespace, policy.name),
    policy,
    document: { kind: "ScalingPolicy", metadata: { name: policy.name } },
    hash: "9f2c4e5a01b7d3c8",
    file: `${policy.name}.yaml`,
  };
}

/** What a test says of a record; everything else follows. */
export type RecordParts = {
  readonly at?: Instant;
  readonly policy?: string;
  readonly desired?: number | null;
  readonly replicas?: number | null;
  readonly active?: boolean;
  readonly status?: Status;
  readonly steps?: readonly Step[];
  readonly answer?: Partial<Answer>;
};

const TRAFFIC: Traffic = {
  arrivalsPerSecond: 105,
  recentArrivalsPerSecond: 105,
  completionsPerSecond: 60,
  pendingRequests: 412,
  inFlightRequests: 420,
  meanRequestSeconds: 4,
  meanQueueSeconds: 3.9,
  meanComputeSeconds: 0.1,
  meanBatch: 3.8,
  completedRequests: 3600,
};

/** Returns a record of ai-inference/embedder that decided and answers `replicas` (7 unless told), desired being 3. */
export function buildRecord(parts: RecordParts = {}): DecisionRecord {
  const { at = RECORD_AT, policy = "ai-inference/embedder", desired = 3, replicas = 7 } = parts;
  const { active = true, status = "live" } = parts;
  const decision: Decision = { replicas, active, status, scaleInBlocked: [] };
  const steps: readonly Step[] = parts.steps ?? [
    { step: "signal", signal: "requestRate", wish: replicas, reason: "ABOVE_TARGET" },
    { step: "combine", from: desired, to: 10, reason: "LARGEST_WISH", signal: "requestRate" },
    {
      step: "rateLimit",
      from: 10,
      to: replicas,
      reason: "SCALE_OUT_LIMITED",
      limit: { replicas: 4, percent: 100, perSeconds: 60 },
      used: 0,
    },
  ];
  return {
    kind: "decision",
    v: 1,
    version: VERSION,
    at,
    policy,
    policyHash: "9f2c4e5a01b7d3c8",
    observation: {
      at,
      replicas: { desired, ready: desired, starting: 0, source: "pods" },
      pods: { expected: desired ?? 0, fresh: desired ?? 0 },
      signals: {
        requestRate: {
          state: "live",
          value: 105,
          unit: "requests/s",
          ageSeconds: 0.6,
          freshPods: desired ?? 0,
        },
      },
      rejectedRequests: 0,
      activation: null,
      traffic: TRAFFIC,
      capacity: UNSATURATED,
      requestTime: {},
      tickIntervalSeconds: 1,
    },
    steps,
    decision,
    answer: {
      code: "OK",
      metricName: "desired-replicas",
      metricValue: replicas,
      targetSize: 1,
      ...parts.answer,
    },
  };
}

/** Puts policies in force in `registry`, and then the records, each as the newest of its policy. */
export function fillRegistry(
  registry: Registry,
  {
    policies = [loadPolicy()],
    records = [],
  }: {
    readonly policies?: readonly LoadedPolicy[];
    readonly records?: readonly DecisionRecord[];
  } = {},
): Registry {
  registry.apply(policies, { rejected: [], at: RECORD_AT });
  for (const record of records) registry.publish(record.policy, initialState(), record);
  return registry;
}
