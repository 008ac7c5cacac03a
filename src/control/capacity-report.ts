// What is known of one replica of a policy, as plain data in the shape and order of keys that readers rely on.

import type { LearnedCapacity } from "../domain/learned-capacity.ts";
import type { RequestTime } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import { INCURABLE_REASONS } from "../domain/request-time.ts";
import type { Sizing } from "../domain/sizing.ts";
import { startupFigures } from "../domain/startup-times.ts";
import type { ScalerState } from "../domain/state.ts";
import { type Instant, toSeconds } from "../domain/units.ts";
import { sizingOf } from "./sizing.ts";

export type IncurableSignal = {
  readonly signal: string;
  readonly reason: (typeof INCURABLE_REASONS)[number];
};

/** What capacity is explained by: a policy, its state, and the last record (null before the first). */
export type CapacitySubject = {
  readonly key: string;
  readonly policy: Policy;
  readonly policyHash: string;
  readonly state: ScalerState;
  readonly record: DecisionRecord | null;
};

export type CapacityReport = {
  readonly policy: string;
  readonly policyHash: string;
  /** Null before the first tick. */
  readonly at: Instant | null;
  /** `learned` also where no request rate is declared. */
  readonly targetPerReplica: number | "learned";
  readonly replicas: {
    readonly desired: number | null;
    readonly needed: number | null;
    readonly max: number;
  };
  readonly loadPerSecond: number | null;
  readonly limitPerReplica: number | null;
  readonly limits: Sizing["limits"];
  readonly targetCost: Sizing["targetCost"];
  readonly cap: LearnedCapacity["cap"];
  readonly proven: LearnedCapacity["proven"];
  readonly badPoints: LearnedCapacity["badPoints"];
  readonly fullBatch: LearnedCapacity["fullBatch"];
  readonly executions: LearnedCapacity["services"];
  readonly instancesPerPod: number | null;
  readonly versions: readonly string[];
  readonly convertedAt: Instant | null;
  readonly forgottenAt: Instant | null;
  /** Executions have differed from what was learned since then; two minutes of it convert or forget. */
  readonly serviceChangedAt: Instant | null;
  readonly isMemoryLost: boolean;
  readonly startup: {
    readonly starts: number;
    readonly p50Seconds: number | null;
    readonly p90Seconds: number | null;
    readonly expectedSeconds: number;
    readonly reckonedWithSeconds: number;
  };
  readonly requestTime: Readonly<Record<string, RequestTime>>;
  readonly incurable: readonly IncurableSignal[];
};

/** Returns all that is known of one replica of the policy. */
export function capacityReport(subject: CapacitySubject): CapacityReport {
  const { key, policy, policyHash, state, record } = subject;
  const { learned } = state;
  const observation = record?.observation ?? null;
  const sizing = sizingOf(policy, state, observation);
  return {
    policy: key,
    policyHash,
    at: record?.at ?? state.at,
    targetPerReplica: sizing.declaredPerReplica ?? "learned",
    replicas: {
      desired: observation?.replicas.desired ?? null,
      needed: sizing.neededReplicas,
      max: policy.replicas.max,
    },
    loadPerSecond: sizing.load,
    limitPerReplica: sizing.limitPerReplica,
    limits: sizing.limits,
    targetCost: sizing.targetCost,
    cap: learned.cap,
    proven: learned.proven,
    badPoints: learned.badPoints,
    fullBatch: learned.fullBatch,
    executions: learned.services,
    instancesPerPod: learned.instancesPerPod?.instances ?? null,
    versions: learned.versions,
    convertedAt: learned.convertedAt,
    forgottenAt: learned.forgottenAt,
    serviceChangedAt: state.serviceChangedAt,
    isMemoryLost: state.isMemoryLost,
    startup: startupReport(subject),
    requestTime: observation?.requestTime ?? {},
    incurable: record === null ? [] : incurableSignals(record),
  };
}

/** Returns the signals that are above target for a cause which replicas do not cure, as a record names them. */
export function incurableSignals({ steps }: DecisionRecord): readonly IncurableSignal[] {
  return steps.flatMap((step) => {
    if (step.step !== "signal") return [];
    const reason = INCURABLE_REASONS.find((known) => known === step.reason);
    return reason === undefined ? [] : [{ signal: step.signal, reason }];
  });
}

function startupReport({ policy, state }: CapacitySubject): CapacityReport["startup"] {
  const { starts, p50, p90, reckonedWith } = startupFigures(state.startups.times, policy.startup.expected);
  return {
    starts,
    p50Seconds: p50 === null ? null : toSeconds(p50),
    p90Seconds: p90 === null ? null : toSeconds(p90),
    expectedSeconds: toSeconds(policy.startup.expected),
    reckonedWithSeconds: toSeconds(reckonedWith),
  };
}
