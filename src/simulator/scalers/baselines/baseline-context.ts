// What a rule that is not ours is given: its plant's facts, its view, and its parameters by name.

import { assert } from "../../../domain/assert.ts";
import { BASELINES, type BaselineKind, type BaselineParameter } from "../../../domain/baselines.ts";
import type { BaselineCandidate, ControlPlaneScenario, WorkloadScenario } from "../../../domain/scenario.ts";
import type { ScalerView } from "../scaler.ts";
import type { ReplicaPlan } from "./replica-plan.ts";

export type ReplicaBounds = { readonly minReplicas: number; readonly maxReplicas: number };

export type BaselineContext = {
  readonly workload: WorkloadScenario;
  readonly controlPlane: ControlPlaneScenario;
  readonly view: ScalerView;
  /** Of our policy; a candidate's own `minReplicas` and `maxReplicas` outrank them. */
  readonly bounds: ReplicaBounds;
  /** What the clairvoyant follows; the others need none. */
  readonly plan?: ReplicaPlan;
  /** How long before its time the clairvoyant asks for a replica; at its time unless given. */
  readonly leadSeconds?: number;
};

/** Returns a parameter as written, else its default, else null. */
export function optionalParameter(candidate: BaselineCandidate, name: string): number | null {
  const written = candidate.parameters[name];
  if (written !== undefined) return written;
  return parametersOf(candidate)[name]?.default ?? null;
}

/** Returns a parameter that is always there: written, or with a default. */
export function parameter(candidate: BaselineCandidate, name: string): number {
  const value = optionalParameter(candidate, name);
  assert(value !== null, `the baseline ${candidate.baseline} needs ${name}`);
  return value;
}

/** Returns the fewest and the most replicas of a candidate: its own, else those given. */
export function boundsOf(candidate: BaselineCandidate, bounds: ReplicaBounds): ReplicaBounds {
  const minReplicas = optionalParameter(candidate, "minReplicas") ?? bounds.minReplicas;
  const maxReplicas = optionalParameter(candidate, "maxReplicas") ?? bounds.maxReplicas;
  return { minReplicas, maxReplicas: Math.max(minReplicas, maxReplicas) };
}

/** Returns the number within the bounds. */
export function clamped(replicas: number, { minReplicas, maxReplicas }: ReplicaBounds): number {
  return Math.min(maxReplicas, Math.max(minReplicas, replicas));
}

/** Returns the names of the workload's models. */
export function modelNames({ workload }: BaselineContext): readonly string[] {
  return workload.models.map(({ name }) => name);
}

function parametersOf({ baseline }: BaselineCandidate): Readonly<Record<string, BaselineParameter>> {
  const kind = Object.keys(BASELINES).find((name): name is BaselineKind => name === baseline);
  return kind === undefined ? {} : BASELINES[kind].parameters;
}
