// What the cluster tells of a workload, as lines for people: who does not serve yet and why, and what the HPA will make
// of our answers.

import type { ClusterFacts, HpaReading, WaitingPod } from "../domain/cluster.ts";
import type { Policy } from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import { TARGET_SIZE } from "./answer.ts";
import { keepsTolerance } from "./edge-value.ts";

/** Pods that a line names one by one. */
const MOST_NAMED = 5;

/** Returns the lines about a record's cluster; none where nothing is known or nothing is to be said. */
export function clusterNotes({ observation }: DecisionRecord, policy: Policy | null): readonly string[] {
  const { cluster } = observation;
  if (cluster === undefined) return [];
  return [
    ...waitingNotes(cluster),
    ...(cluster.rollout ? ["a rollout is replacing pods"] : []),
    ...(policy === null || cluster.hpa === null ? [] : hpaNotes(cluster.hpa, policy)),
  ];
}

/** Returns what is to be said of the HPA that follows the policy's answers; nothing where it does so exactly. */
export function hpaNotes(hpa: HpaReading, { keda, mode }: Policy): readonly string[] {
  if (!hpa.asksForOurs) return [`HPA ${hpa.name} scales this workload and does not ask for our metric`];
  const notes: string[] = [];
  if (hpa.target !== null && hpa.target !== TARGET_SIZE) {
    notes.push(
      `HPA ${hpa.name} holds the metric at ${hpa.target} instead of ${TARGET_SIZE}: it will not reach the number`,
    );
  }
  if (!hpa.hasBehavior) {
    notes.push(
      `HPA ${hpa.name} has no behavior: a single high answer keeps the fleet there for minutes; set advanced.horizontalPodAutoscalerConfig.behavior`,
    );
  }
  return mode === "shadow" ? notes : [...notes, ...toleranceNotes(hpa, keda.tolerance)];
}

function toleranceNotes(hpa: HpaReading, declared: number): readonly string[] {
  const { name, toleranceOut, toleranceIn } = hpa;
  const largest = Math.max(toleranceOut ?? 0, toleranceIn ?? 0);
  if (declared > 0) {
    const keepsNone = toleranceOut === 0 && toleranceIn === 0;
    return keepsNone
      ? [`HPA ${name} has a tolerance of 0: keda.tolerance can be 0, and every number is then reached`]
      : [];
  }
  const told = keepsTolerance(declared, hpa) ? "; going in, it is told the edge that it follows soonest" : "";
  if (toleranceOut === null || toleranceIn === null) {
    const where = toleranceOut !== null ? " for scaling in" : toleranceIn !== null ? " for scaling out" : "";
    return [
      `HPA ${name} carries no tolerance${where}: the cluster's own (usually 0.1) counts, so it ignores changes of up to a tenth${told}; set behavior.*.tolerance to "0", which Kubernetes keeps from 1.35 on`,
    ];
  }
  return largest > 0
    ? [`HPA ${name} has a tolerance of ${largest}: it ignores smaller changes${told}; set it to "0"`]
    : [];
}

function waitingNotes({ waiting }: ClusterFacts): readonly string[] {
  if (waiting.length === 0) return [];
  const named = waiting.slice(0, MOST_NAMED).map(waitingText);
  const more = waiting.length > MOST_NAMED ? `, and ${waiting.length - MOST_NAMED} more` : "";
  const noun = waiting.length === 1 ? "replica" : "replicas";
  return [`${waiting.length} ${noun} starting: ${named.join(", ")}${more}`];
}

function waitingText({ pod, reason, restarts }: WaitingPod): string {
  return restarts === 0 ? `${pod} ${reason}` : `${pod} ${reason} (${restarts} restarts)`;
}
