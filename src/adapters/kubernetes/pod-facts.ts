// Reads off a pod what decisions go by: whose it is, whether it serves, and why not.

import type { WaitingReason } from "../../domain/cluster.ts";
import { parseInstant } from "../../domain/instant.ts";
import type { Instant } from "../../domain/units.ts";
import { fieldOf, itemsOf, numberOf, textOf } from "./json-fields.ts";

export type PodFacts = {
  readonly name: string;
  readonly namespace: string;
  /** The workload that owns it; null = none that we scale. */
  readonly owner: { readonly kind: "Deployment" | "StatefulSet"; readonly name: string } | null;
  readonly ip: string | null;
  /** Of the container port named `metrics`; null = it names none. */
  readonly metricsPort: number | null;
  readonly createdAt: Instant | null;
  readonly isRunning: boolean;
  readonly isReady: boolean;
  /** It has been told to end. */
  readonly isTerminating: boolean;
  /** It has ended, well or badly, and will not come back. */
  readonly isOver: boolean;
  readonly waiting: WaitingReason | null;
  readonly restarts: number;
};

const IMAGE_REASONS = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "RegistryUnavailable",
]);

/** Returns the facts of a pod object, or null where it has no name. */
export function podFacts(pod: unknown): PodFacts | null {
  const name = textOf(pod, "metadata", "name");
  const namespace = textOf(pod, "metadata", "namespace");
  if (name === null || namespace === null) return null;
  const phase = textOf(pod, "status", "phase");
  const isReady = conditionOf(pod, "Ready")?.status === "True";
  const isTerminating = fieldOf(pod, "metadata", "deletionTimestamp") !== undefined;
  const isOver = phase === "Succeeded" || phase === "Failed";
  return {
    name,
    namespace,
    owner: ownerOf(pod),
    ip: textOf(pod, "status", "podIP"),
    metricsPort: metricsPortOf(pod),
    createdAt: parseInstant(textOf(pod, "metadata", "creationTimestamp") ?? ""),
    isRunning: phase === "Running",
    isReady,
    isTerminating,
    isOver,
    waiting: isReady || isTerminating || isOver ? null : waitingOf(pod),
    restarts: statusesOf(pod).reduce<number>(
      (sum, status) => sum + (numberOf(status, "restartCount") ?? 0),
      0,
    ),
  };
}

/** A Deployment's pods are owned by its ReplicaSets, whose names end in the hash of the template. */
function ownerOf(pod: unknown): PodFacts["owner"] {
  const owner = itemsOf(pod, "metadata", "ownerReferences").find(
    (each) => fieldOf(each, "controller") === true,
  );
  const [kind, name] = [textOf(owner, "kind"), textOf(owner, "name")];
  if (name === null) return null;
  if (kind === "StatefulSet") return { kind, name };
  if (kind !== "ReplicaSet") return null;
  const hash = textOf(pod, "metadata", "labels", "pod-template-hash");
  const end = hash === null ? name.lastIndexOf("-") : name.length - hash.length - 1;
  const isHashed = hash === null ? end > 0 : name.endsWith(`-${hash}`);
  return isHashed ? { kind: "Deployment", name: name.slice(0, end) } : null;
}

function waitingOf(pod: unknown): WaitingReason {
  const reasons = statusesOf(pod).flatMap((status) => textOf(status, "state", "waiting", "reason") ?? []);
  if (reasons.includes("CrashLoopBackOff")) return "CrashLoopBackOff";
  if (reasons.some((reason) => IMAGE_REASONS.has(reason))) return "ImagePull";
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.reason === "Unschedulable") return "Unschedulable";
  if (scheduled?.status !== "True" && textOf(pod, "spec", "nodeName") === null) return "Scheduling";
  return textOf(pod, "status", "phase") === "Running" && reasons.length === 0
    ? "NotReady"
    : "ContainerCreating";
}

function statusesOf(pod: unknown): readonly unknown[] {
  return [...itemsOf(pod, "status", "initContainerStatuses"), ...itemsOf(pod, "status", "containerStatuses")];
}

function conditionOf(
  pod: unknown,
  type: string,
): { readonly status: string | null; readonly reason: string | null } | null {
  const found = itemsOf(pod, "status", "conditions").find((each) => textOf(each, "type") === type);
  return found === undefined ? null : { status: textOf(found, "status"), reason: textOf(found, "reason") };
}

function metricsPortOf(pod: unknown): number | null {
  for (const container of itemsOf(pod, "spec", "containers")) {
    const port = itemsOf(container, "ports").find((each) => textOf(each, "name") === "metrics");
    if (port !== undefined) return numberOf(port, "containerPort");
  }
  return null;
}
