// What a policy's load limit is at present, who sets it, and whether a declared target gives replicas away.

import { type LoadLimit, learnedLimit, leastReplicas, limitingPart } from "../decide/load-limit.ts";
import type { LearnedCapacity } from "../domain/learned-capacity.ts";
import type { Observation } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import type { LimitSpan, Sizing, TargetCost } from "../domain/sizing.ts";
import type { ScalerState } from "../domain/state.ts";

/** A declared target below this share of what was learned is named: half of the cap is caution, less is waste. */
const TOO_LOW_RATIO = 0.6;

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
    targetCost: targetCost(load, { policy, declaredPerReplica, learned: state.learned }),
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

/**
 * What was seen is what the learned limit alone would give, or, where no replica was seen saturated, the highest load
 * that was held within every target.
 */
function targetCost(load: number | null, { policy, declaredPerReplica, learned }: Known): TargetCost | null {
  const { cap, proven } = learned;
  if (declaredPerReplica === null || load === null || (cap === null && proven === null)) return null;
  const seen = learnedLimit(cap === null ? (proven?.perReplica ?? null) : null, learned);
  if (seen === null) return null;
  const byTarget = neededReplicas(load, { perReplica: () => declaredPerReplica, changesAt: [] }, policy);
  const bySeen = neededReplicas(load, seen, policy);
  const seenPerReplica = seen.perReplica(Math.max(1, bySeen));
  const ratio = declaredPerReplica / seenPerReplica;
  if (ratio >= TOO_LOW_RATIO) return null;
  return { seenPerReplica, ratio, neededReplicas: byTarget, replicas: Math.max(0, byTarget - bySeen) };
}

function neededReplicas(load: number, limit: LoadLimit, { replicas }: Policy): number {
  return Math.min(replicas.max, Math.max(replicas.min, leastReplicas(load, limit)));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
