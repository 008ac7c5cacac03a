// Reads off a Deployment or a StatefulSet what decisions go by: its replicas, and whether a rollout is under way.

import type { TargetRef } from "../../domain/target.ts";
import { fieldOf, itemsOf, numberOf, textOf } from "./json-fields.ts";

export type WorkloadFacts = {
  readonly name: string;
  readonly uid: string | null;
  /** Of the specification; the API fills in 1 where none is written. */
  readonly desired: number;
  readonly ready: number;
  /** Pods that exist and have not been told to end. */
  readonly existing: number;
  readonly rollout: boolean;
};

/** Returns the facts of a workload of that kind, or null where the object has no name. */
export function workloadFacts(kind: TargetRef["kind"], object: unknown): WorkloadFacts | null {
  const name = textOf(object, "metadata", "name");
  if (name === null) return null;
  const existing = numberOf(object, "status", "replicas") ?? 0;
  return {
    name,
    uid: textOf(object, "metadata", "uid"),
    desired: numberOf(object, "spec", "replicas") ?? 1,
    ready: numberOf(object, "status", "readyReplicas") ?? 0,
    existing,
    rollout: kind === "Deployment" ? isDeploymentRolling(object) : isStatefulSetRolling(object),
  };
}

/**
 * Pods of an older template are there beside or instead of new ones, and the rollout goes on: one that is paused or
 * past its progress deadline stands still, and must not keep replicas for ever. Scaling alone never looks like it: all
 * pods then have the newest template.
 */
function isDeploymentRolling(deployment: unknown): boolean {
  if (fieldOf(deployment, "spec", "paused") === true) return false;
  const progressing = itemsOf(deployment, "status", "conditions").find(
    (each) => textOf(each, "type") === "Progressing",
  );
  if (textOf(progressing, "reason") === "ProgressDeadlineExceeded") return false;
  const existing = numberOf(deployment, "status", "replicas") ?? 0;
  return existing > (numberOf(deployment, "status", "updatedReplicas") ?? 0);
}

/** Between two revisions, until all pods above the partition have the newer one. `OnDelete` waits for people. */
function isStatefulSetRolling(statefulSet: unknown): boolean {
  if (textOf(statefulSet, "spec", "updateStrategy", "type") === "OnDelete") return false;
  const [current, update] = [
    textOf(statefulSet, "status", "currentRevision"),
    textOf(statefulSet, "status", "updateRevision"),
  ];
  if (current === null || update === null || current === update) return false;
  const partition = numberOf(statefulSet, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  const existing = numberOf(statefulSet, "status", "replicas") ?? 0;
  const updated = numberOf(statefulSet, "status", "updatedReplicas") ?? 0;
  return updated < existing - partition;
}
