// How many replicas there are, by the source or by the pods seen (rule 4 of the decision semantics).

import type { Observation } from "../domain/observation.ts";
import type { ReplicaReading } from "../domain/samples.ts";
import { isFreshGauge } from "./fresh.ts";
import { type ObservedPod, type ObservedWorkload, tracksOf } from "./observed-workload.ts";
import { countExpected } from "./signal-state.ts";
import { FAMILY } from "./triton-metrics.ts";

/** Returns desired, ready and starting replicas; null = unknown. Counting pods never yields 0 desired. */
export function readReplicas(workload: ObservedWorkload, reading: ReplicaReading): Observation["replicas"] {
  const { source } = reading;
  const desired = reading.desired ?? (source === "pods" && workload.expected > 0 ? workload.expected : null);
  const counted = source === "pods" || source === "static" ? freshPods(workload) : null;
  const ready = reading.ready ?? counted;
  const starting = desired === null || ready === null ? null : Math.max(0, desired - ready);
  return { desired, ready, starting, source };
}

/** A pod counts as ready while it shows any of the policy's models. */
function freshPods(workload: ObservedWorkload): number {
  const shows = (pod: ObservedPod, model: string): boolean =>
    [FAMILY.success, FAMILY.pending].some((family) =>
      isFreshGauge(workload, pod, tracksOf(pod, family, model)),
    );
  return countExpected(workload, (pod) => workload.policy.models.some(({ name }) => shows(pod, name)));
}
