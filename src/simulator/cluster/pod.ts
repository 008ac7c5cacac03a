// One pod of a workload, from its creation to its end.

import type { PodPhase } from "../../domain/simulation-course.ts";
import type { Node } from "./node-pool.ts";

/** Times are seconds since the scenario's start. */
export type Pod = {
  /** Among all pods of the run, by which events name it. */
  readonly id: number;
  /** Among the workload's pods, by which its draws are made. */
  readonly index: number;
  readonly name: string;
  /** Of a StatefulSet's pod; null = a Deployment's. */
  readonly ordinal: number | null;
  /** Null = before the run. */
  readonly createdAt: number | null;
  phase: PodPhase | "gone";
  phaseSince: number;
  /** When what comes next is due; other events for it are outdated. */
  dueAt: number;
  /** Counted and billed from here on; null = no node yet. */
  scheduledAt: number | null;
  node: Node | null;
  /** When its container began: readiness probes count from there. */
  containerSince: number;
  /** How often its container has started. */
  starts: number;
  /** Models are loaded: the server answers scrapes. */
  isUp: boolean;
  /** Among the servers of the request plane; null = takes no requests. */
  server: number | null;
  /** Begin and end of each time it was ready, in turn; the last one may lack its end. */
  readonly readySpans: number[];
  drainingSince: number;
  /** GPU time is put down to here, and so much of it was busy. */
  settledAt: number;
  settledBusySeconds: number;
};

/** Returns a pod that was just asked for; `createdAt` null = it was there before the run. */
export function newPod(
  { id, index, name, ordinal, createdAt }: Pick<Pod, "id" | "index" | "name" | "ordinal" | "createdAt">,
  at: number,
): Pod {
  return {
    id,
    index,
    name,
    ordinal,
    createdAt,
    phase: "pending",
    phaseSince: at,
    dueAt: Number.POSITIVE_INFINITY,
    scheduledAt: null,
    node: null,
    containerSince: at,
    starts: 0,
    isUp: false,
    server: null,
    readySpans: [],
    drainingSince: at,
    settledAt: at,
    settledBusySeconds: 0,
  };
}

/** Returns whether the pod counts among its workload's replicas: it is neither ending nor gone. */
export function isActive(pod: Pod): boolean {
  return pod.phase !== "draining" && pod.phase !== "gone";
}

/** Returns whether the pod was ready at a time. */
export function wasReadyAt({ readySpans }: Pod, at: number): boolean {
  for (let index = 0; index < readySpans.length; index += 2) {
    if ((readySpans[index] ?? 0) <= at && at < (readySpans[index + 1] ?? Number.POSITIVE_INFINITY))
      return true;
  }
  return false;
}
