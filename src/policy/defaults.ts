// Every field of a policy in one table: what it means, its default, and why. The schema, the exported JSON Schema and
// docs/POLICY.md all come from here.

import type { FieldEntry } from "./field-entry.ts";
import { SIGNAL_FIELDS } from "./signal-defaults.ts";

/** The fields of a policy by their path; `[]` stands for each item of a list. */
export const POLICY_FIELDS = {
  "metadata.name": {
    meaning: "Name of the policy: what the ScaledObject's trigger names in `policy:`. A DNS label.",
    why: "Required: nothing else identifies it.",
  },
  "spec.mode": {
    meaning:
      "`enforce`: KEDA gets the decision. `shadow`: decide and publish, but tell KEDA to stay. `hold`: as enforce, but never fall.",
    default: "enforce",
    why: "A policy that is written down is meant to act.",
  },
  "spec.target": {
    meaning:
      "The workload whose replicas are Triton servers: kind (Deployment or StatefulSet), namespace, name.",
    why: "Required: its namespace must be the caller's.",
  },
  "spec.target.kind": {
    meaning: "Deployment or StatefulSet.",
    why: "Required: the two name their pods differently.",
  },
  "spec.target.namespace": {
    meaning: "Namespace of the workload.",
    why: "Required: part of the policy's key.",
  },
  "spec.target.name": { meaning: "Name of the workload.", why: "Required: its pods are found by it." },
  "spec.models": {
    meaning: "The models that count, by Triton's label `model`; their load and backlog add up.",
    why: "Required: a server may hold models that must not drive it.",
  },
  "spec.models[].name": { meaning: "Triton's label `model`: the name in the repository.", why: "Required." },
  "spec.models[].maxQueueDelay": {
    meaning: "Deliberate batching delay (`max_queue_delay_microseconds`), taken off the measured queue time.",
    default: "0s",
    why: "Triton's own default: no delay.",
  },
  "spec.models[].weight": {
    meaning: "How much one request of this model counts in requestRate, inFlight and pendingRequests.",
    default: 1,
    why: "A request is a request until someone measured otherwise.",
  },
  "spec.replicas": { meaning: "The bounds of the replica count.", why: "Required, for its `max`." },
  "spec.replicas.min": {
    meaning: "Fewest replicas; 0 needs `activation`.",
    default: 1,
    why: "Scaling to zero costs a cold start and needs a signal from outside; it must be asked for.",
  },
  "spec.replicas.max": {
    meaning: "Most replicas.",
    why: "Required: it is the budget, and nobody can guess it.",
  },
  "spec.gpusPerReplica": {
    meaning: "GPUs of one replica; 0 for servers on CPUs. Counts cost, decides nothing.",
    default: 1,
    why: "The usual pod.",
  },
  "spec.objective": {
    meaning: "What is scored: `percentile` % of the requests within `latency`.",
    why: "Required: without it good has no meaning.",
  },
  "spec.objective.percentile": {
    meaning: "Share of requests that must be in time, in percent; 50 to 99.99.",
    why: "Required.",
  },
  "spec.objective.latency": { meaning: "The time they must be answered within.", why: "Required." },
  "spec.signals": {
    meaning: "What the policy listens to; at least one besides gpuMemory. An undeclared signal has no say.",
    why: "Required: the choice depends on the back end.",
  },
  ...SIGNAL_FIELDS,
  "spec.startup": { meaning: "How replicas start.", default: {}, why: "See its field." },
  "spec.startup.expected": {
    meaning: "Usual time from asked for to ready.",
    default: "3m",
    why: "Scheduling, image and model load of a mid-size model on a node that is there.",
  },
  "spec.scaleOut": { meaning: "How the count may rise.", default: {}, why: "See its fields." },
  "spec.scaleOut.stabilizationWindow": {
    meaning: "The smallest recommendation of this span counts.",
    default: "0s",
    why: "Starting is slow enough; waiting makes it slower.",
  },
  "spec.scaleOut.tolerance": {
    meaning: "Share above target at which nothing happens yet.",
    default: 0.1,
    why: "The HPA's.",
  },
  "spec.scaleOut.limits": {
    meaning: "Largest rise per time; all must hold. An empty list is no limit.",
    default: [{ replicas: 4, percent: 100, per: "1m" }],
    why: "Doubling a minute reaches any size soon, and one wrong reading does not buy a cluster.",
  },
  "spec.scaleOut.limits[].replicas": {
    meaning: "Replicas per span; with `percent` the larger of both.",
    why: "One of the two is required.",
  },
  "spec.scaleOut.limits[].percent": {
    meaning: "Percent of the count at the span's start.",
    why: "One of the two is required.",
  },
  "spec.scaleOut.limits[].per": { meaning: "The span.", why: "Required." },
  "spec.scaleIn": { meaning: "How the count may fall.", default: {}, why: "See its fields." },
  "spec.scaleIn.stabilizationWindow": {
    meaning: "The largest recommendation of this span counts.",
    default: "5m",
    why: "The HPA's; longer than the default start-up, so that a dip is not answered with a cold start.",
  },
  "spec.scaleIn.cooldown": {
    meaning: "No scale-in until this long after the last scale-out.",
    default: "5m",
    why: "New replicas must be ready and measured before any is taken away.",
  },
  "spec.scaleIn.tolerance": {
    meaning: "Share below target at which nothing happens yet.",
    default: 0.1,
    why: "The HPA's.",
  },
  "spec.scaleIn.limits": {
    meaning: "Largest fall per time; all must hold. An empty list is no limit.",
    default: [{ replicas: 1, percent: 25, per: "2m" }],
    why: "Slow down the way in: each step shows in the signals before the next.",
  },
  "spec.scaleIn.limits[].replicas": {
    meaning: "Replicas per span; with `percent` the larger of both.",
    why: "One of the two is required.",
  },
  "spec.scaleIn.limits[].percent": {
    meaning: "Percent of the count at the span's start.",
    why: "One of the two is required.",
  },
  "spec.scaleIn.limits[].per": { meaning: "The span.", why: "Required." },
  "spec.activation": {
    meaning: "What wakes the workload from zero. Required where replicas.min is 0, refused where it is not.",
    default: null,
    why: "At zero Triton has no metrics: the reason to start must come from elsewhere.",
  },
  "spec.activation.query": { meaning: "PromQL whose value says that somebody waits.", why: "Required." },
  "spec.activation.above": {
    meaning: "Active while the value is above this.",
    default: 0,
    why: "Anybody waiting is reason enough.",
  },
  "spec.activation.cooldown": {
    meaning: "Time without any activity before zero.",
    default: "10m",
    why: "A cold start costs minutes; ten without a request are a real pause.",
  },
  "spec.missingData": {
    meaning: "What counts as missing data, and how long to bear it.",
    default: {},
    why: "See its fields.",
  },
  "spec.missingData.maxAge": {
    meaning: "Age at which a sample is stale; at least 4 scrape intervals.",
    default: "60s",
    why: "Four scrapes at the usual 15 s.",
  },
  "spec.missingData.holdFor": {
    meaning: "How long the last count is held while no signal is live, before the scaler says UNAVAILABLE.",
    default: "10m",
    why: "Outlasts a restart of Prometheus; after that KEDA's fallback decides.",
  },
  "spec.keda": { meaning: "How the answer is encoded for KEDA's HPA.", default: {}, why: "See its field." },
  "spec.keda.tolerance": {
    meaning:
      "The HPA's own tolerance. `0`: the number is told as it is, and reached if the HPA's `behavior.*.tolerance` is `0`. `0.1`, where the cluster drops that field: going in, the HPA is told the number less 0.99, which it follows from one step nearer; changes of a tenth and less are still ignored. Where the HPA is read back to keep a tolerance, `0` tells it the same.",
    default: 0,
    why: "Exact: the HPA takes the number as it is.",
  },
  "spec.pool": { meaning: "Not available yet: name of a pool of GPUs.", default: null, why: "No pool." },
  "spec.priority": {
    meaning: "Not available yet: who comes first in a pool.",
    default: 0,
    why: "All alike.",
  },
} as const satisfies Record<string, FieldEntry>;

export type PolicyField = keyof typeof POLICY_FIELDS;
type DefaultedField = {
  [Field in PolicyField]: (typeof POLICY_FIELDS)[Field] extends { readonly default: unknown } ? Field : never;
}[PolicyField];

/** Returns the default of a field, as it would be written in YAML. */
export function policyDefault<Field extends DefaultedField>(
  field: Field,
): (typeof POLICY_FIELDS)[Field]["default"] {
  return POLICY_FIELDS[field].default;
}
