// What a policy's load limit is at present, who sets it, and whether a declared target gives replicas away.

import { type LoadLimit, learnedLimit, leastReplicas, limitingPart } from "../decide/load-limit.ts";
import type { LearnedCapacity } from "../domain/learned-capacity.ts";
import type { Observation } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import type { LimitSpan, Sizing, TargetCost } from "../domain/sizing.ts";
import type { ScalerState } from "../domain/state.ts";

/** A declared target below this share of what was learned is named: half of the cap is caution, less is waste. */
const TOO_LOW_RATIO = 0.6;
/** As a replica is given 0.8 of its cap. */
const CAREFUL_RATIO = 0.8;

/** Returns how load sizes the policy's fleet by what `state` holds; `observation` null = nothing was read yet. */
export function sizingOf(policy: Policy, state: ScalerState, observation: Observation | null): Sizing {
  const declaredPerReplica = declaredTarget(policy);
  const limit = learnedLimit(declaredPerReplica, state.learned);
  const load = observation?.traffic.arrivalsPerSecond ?? null;
  const desired = observation?.replicas.desired ?? null;
  return {
    declaredPerReplica,
    limits: limit === null ? [] : spansOf(limit, { policy, declaredPerReplica, learned: state.learned }),
    load,
    limitPerReplica:
      limit === null || desired === null ? null : finite(limit.perReplica(Math.max(1, desired))),
    neededReplicas: limit === null || load === null ? null : neededReplicas(load, limit, policy),
    targetCost: targetCost(observation, { policy, declaredPerReplica, learned: state.learned }),
  };
}

type Known = {
  readonly policy: Policy;
  readonly declaredPerReplica: number | null;
  readonly learned: LearnedCapacity;
};

function declaredTarget({ signals }: Policy): number | null {
  const target = signals.requestRate?.targetPerReplica ?? "learned";
  return target === "learned" ? null : target;
}

/** A count at which bad points end need not change the limit: spans alike are one. */
function spansOf(limit: LoadLimit, { policy, declaredPerReplica, learned }: Known): readonly LimitSpan[] {
  const { max } = policy.replicas;
  const starts = [...new Set([1, ...limit.changesAt])].filter((from) => from <= max);
  return starts.reduce<readonly LimitSpan[]>((spans, fromReplicas, index) => {
    const limitedBy = limitingPart(declaredPerReplica, learned, fromReplicas);
    if (limitedBy === null) return spans;
    const toReplicas = (starts[index + 1] ?? max + 1) - 1;
    const span = { fromReplicas, toReplicas, perReplica: limit.perReplica(fromReplicas), limitedBy };
    const last = spans.at(-1);
    return last?.perReplica === span.perReplica && last.limitedBy === limitedBy
      ? [...spans.slice(0, -1), { ...last, toReplicas }]
      : [...spans, span];
  }, []);
}

function targetCost(
  observation: Observation | null,
  { policy, declaredPerReplica, learned }: Known,
): TargetCost | null {
  const load = observation?.traffic.arrivalsPerSecond ?? null;
  if (observation === null || load === null || declaredPerReplica === null) return null;
  const { seenBy, limit } = seenLimit(policy, learned, observation);
  if (limit === null) return null;
  const byTarget = neededReplicas(load, { perReplica: () => declaredPerReplica, changesAt: [] }, policy);
  const bySeen = neededReplicas(load, limit, policy);
  const seenPerReplica = limit.perReplica(Math.max(1, bySeen));
  const ratio = declaredPerReplica / seenPerReplica;
  if (ratio >= TOO_LOW_RATIO) return null;
  const replicas = Math.max(0, byTarget - bySeen);
  return { seenPerReplica, seenBy, ratio, neededReplicas: byTarget, replicas };
}

type Seen = { readonly seenBy: TargetCost["seenBy"]; readonly limit: LoadLimit | null };

/** Without a saturated replica: the highest load that was held, or what full batches suggest, whichever is more. */
function seenLimit(policy: Policy, learned: LearnedCapacity, observation: Observation): Seen {
  if (learned.cap !== null) return { seenBy: "cap", limit: learnedLimit(null, learned) };
  const proven = learned.proven?.perReplica ?? null;
  const batches = rateOfFullBatches(policy, learned, observation);
  const byBatches = batches === null ? null : CAREFUL_RATIO * batches;
  return byBatches !== null && byBatches > (proven ?? 0)
    ? { seenBy: "batches", limit: learnedLimit(byBatches, learned) }
    : { seenBy: "proven", limit: proven === null ? null : learnedLimit(proven, learned) };
}

/**
 * Requests/s of a replica whose instances all execute batches as full as any that was seen; null with several models,
 * whose batches are not told apart. Only ever named, never decided by: no replica was seen to do it for long.
 */
function rateOfFullBatches(
  { models }: Policy,
  { fullBatch, services, instancesPerPod }: LearnedCapacity,
  { requestTime }: Observation,
): number | null {
  const [model, ...others] = models;
  const time = model === undefined ? undefined : requestTime[model.name];
  if (model === undefined || time === undefined || others.length > 0 || fullBatch === null) return null;
  const executionSeconds = executionOf(fullBatch.inferences, services);
  if (executionSeconds === null || time.inferencesPerRequest <= 0) return null;
  const instances = Math.max(1, Math.round(instancesPerPod?.instances ?? 1));
  const requests = fullBatch.inferences / time.inferencesPerRequest;
  return (model.weight * instances * requests) / executionSeconds;
}

/** On the line through the smallest and the largest batch that were seen; of one alone, its own time. */
function executionOf(batch: number, services: LearnedCapacity["services"]): number | null {
  const sorted = services.toSorted((one, other) => one.batch - other.batch);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return null;
  if (batch <= most.batch || most.batch === least.batch) return most.executionSeconds;
  const slope = (most.executionSeconds - least.executionSeconds) / (most.batch - least.batch);
  return most.executionSeconds + Math.max(0, slope) * (batch - most.batch);
}

function neededReplicas(load: number, limit: LoadLimit, { replicas }: Policy): number {
  return Math.min(replicas.max, Math.max(replicas.min, leastReplicas(load, limit)));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
