// The rules that `--baselines` sets beside our policies, with the parameters that a careful person would start from.

import type { BaselineKind } from "../../../domain/baselines.ts";
import type { BaselineCandidate, Scenario, WorkloadScenario } from "../../../domain/scenario.ts";
import { replicaCapacity } from "../../world/replica-demand.ts";

/** Shares of what a replica can answer: the load aimed at, and the two marks. */
const TARGET_LOAD = 0.7;
const HIGH_MARK = 0.8;
const LOW_MARK = 0.4;

/**
 * Returns one candidate a rule, named as the rule is. Load per replica is set from the first workload's capacity by its
 * profile, which the rules themselves never see; names that the scenario's own candidates bear are left out.
 */
export function standardBaselines({ workloads, candidates }: Scenario): readonly BaselineCandidate[] {
  const [workload] = workloads;
  if (workload === undefined) return [];
  const capacity = workloadCapacity(workload);
  const targetPerReplica = rounded(TARGET_LOAD * capacity);
  const marks = { high: rounded(HIGH_MARK * capacity), low: rounded(LOW_MARK * capacity) };
  const set: readonly BaselineCandidate[] = [
    standard("static", { replicas: Math.max(1, workload.initialReplicas) }),
    standard("keda-prometheus"),
    standard("keda-corrected", { rateThreshold: targetPerReplica }),
    standard("hpa-queue-compute"),
    standard("hpa-request-rate", { targetPerReplica }),
    standard("knative", { targetPerReplica }),
    standard("watermark", marks),
    standard("delayed-off", { targetPerReplica }),
    standard("clairvoyant"),
  ];
  const taken = new Set(candidates.map(({ name }) => name));
  return set.filter(({ name }) => !taken.has(name));
}

function standard(
  baseline: BaselineKind,
  parameters: Readonly<Record<string, number>> = {},
): BaselineCandidate {
  return { kind: "baseline", name: baseline, baseline, parameters };
}

/** Requests/s of one replica over all its models, each as fast as it is alone, slowed down where they share a GPU badly. */
function workloadCapacity({ models }: WorkloadScenario): number {
  const contention = Math.max(1, ...models.map(({ service }) => service.gpuContention));
  const alone = models.reduce((sum, model) => sum + replicaCapacity(model), 0);
  return alone / (1 + (contention - 1) * (models.length - 1));
}

/** Two digits say enough; a parameter is never 0. */
function rounded(rate: number): number {
  return Number.isFinite(rate) ? Math.max(0.01, Number(rate.toPrecision(2))) : 1e6;
}
