// What all metrics of an HPA together propose.

import { externalProposal } from "./external-metric.ts";
import type { HpaMetricReading, HpaMetricSpec } from "./metric.ts";
import type { CurrentMetric, MetricContext, MetricOutcome } from "./metric-outcome.ts";
import { podProposal } from "./pod-metric.ts";

/** Why there is no decision. */
export type MetricFailure = "FailedGetExternalMetric" | "FailedGetPodsMetric" | "FailedGetResourceMetric";

/** The proposal of all metrics, or the first failure where they allow none; and the status entries (null = failed). */
export type Proposal = {
  readonly replicas: number | null;
  readonly failure: MetricFailure | null;
  readonly current: readonly (CurrentMetric | null)[];
};

const FAILURES: Readonly<Record<HpaMetricSpec["type"], MetricFailure>> = {
  External: "FailedGetExternalMetric",
  Pods: "FailedGetPodsMetric",
  Resource: "FailedGetResourceMetric",
};

/**
 * Returns the largest proposal of the metrics that worked. None where all failed, or where some did and the rest would
 * scale in.
 */
export function proposalOf(
  specs: readonly HpaMetricSpec[],
  readings: readonly HpaMetricReading[],
  context: MetricContext,
): Proposal {
  let [replicas, failures] = [0, 0];
  let failure: MetricFailure | null = null;
  const current: (CurrentMetric | null)[] = [];
  for (const [index, spec] of specs.entries()) {
    const outcome = outcomeOf(spec, readings[index] ?? { kind: "error" }, context);
    current.push(outcome?.current ?? null);
    if (outcome === null) {
      failure ??= FAILURES[spec.type];
      failures += 1;
    } else if (replicas === 0 || outcome.proposal > replicas) {
      // As the controller compares: what follows a proposal of 0 replaces it, even a smaller one.
      replicas = outcome.proposal;
    }
  }
  const undecided = failures === specs.length || (failures > 0 && replicas < context.specReplicas);
  return { replicas: undecided ? null : replicas, failure, current };
}

function outcomeOf(
  spec: HpaMetricSpec,
  reading: HpaMetricReading,
  context: MetricContext,
): MetricOutcome | null {
  if (reading.kind === "error") return null;
  if (spec.type === "External") {
    return reading.kind === "values" ? externalProposal(spec.target, reading.milli, context) : null;
  }
  return reading.kind === "byPod" ? podProposal(spec, reading, context) : null;
}
