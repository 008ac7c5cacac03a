// The scrape targets that pods are: the metrics page of every running pod of the workloads that are scaled.

import type { ScrapeTarget } from "../../domain/configuration.ts";
import type { TargetRef } from "../../domain/target.ts";
import type { Instant } from "../../domain/units.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { PodFacts } from "./pod-facts.ts";

/** Where Triton serves its metrics unless it is told otherwise. */
const TRITON_METRICS_PORT = 8002;

/** Returns a target for each pod that runs, or null where pods are not known at `at`. */
export function podTargets(view: ClusterView, at: Instant): readonly ScrapeTarget[] | null {
  const targets: ScrapeTarget[] = [];
  for (const workload of view.targets()) {
    const pods = view.pods(workload, at);
    if (pods === null) return null;
    for (const pod of pods) {
      const target = targetOf(pod, workload);
      if (target !== null) targets.push(target);
    }
  }
  return targets;
}

function targetOf(
  { name, ip, isRunning, isOver, metricsPort }: PodFacts,
  { namespace, name: workload }: TargetRef,
): ScrapeTarget | null {
  if (ip === null || !isRunning || isOver) return null;
  const host = ip.includes(":") ? `[${ip}]` : ip;
  return {
    namespace,
    workload,
    pod: name,
    url: `http://${host}:${metricsPort ?? TRITON_METRICS_PORT}/metrics`,
  };
}
