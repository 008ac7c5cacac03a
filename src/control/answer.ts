// What KEDA is told: the decision as the one metric it reads, or the refusal to name a number.

import { assert } from "../domain/assert.ts";
import type { Answer, Decision } from "../domain/decision.ts";
import type { Observation } from "../domain/observation.ts";
import type { PolicyMode } from "../domain/policy.ts";
import { edgeValue, keepsTolerance } from "./edge-value.ts";

/** The one metric of every policy. */
export const METRIC_NAME = "desired-replicas";
/** With this target the autoscaler's arithmetic gives back the metric's own value. */
export const TARGET_SIZE = 1;
const INT32_MAX = 2 ** 31 - 1;

/** What an answer follows from. */
export type AnswerInput = {
  readonly decision: Decision;
  readonly mode: PolicyMode;
  /** The tolerance that the policy says the autoscaler keeps; left out or 0: none, unless it was read back to keep one. */
  readonly tolerance?: number;
  readonly observation: Observation;
};

/**
 * Returns the answer to KEDA: the decided number, in shadow mode the desired number as it is. Null metric value and
 * UNAVAILABLE where there is no number to stand for: nothing live yet, or no longer, or an unknown activation at zero.
 */
export function answerOf(input: AnswerInput): Answer {
  const replicas = namedReplicas(input);
  if (replicas === null) {
    return { code: "UNAVAILABLE", metricName: METRIC_NAME, metricValue: null, targetSize: TARGET_SIZE };
  }
  assert(
    Number.isInteger(replicas) && replicas >= 0 && replicas <= INT32_MAX,
    `the answer ${replicas} must be an integer in 0..${INT32_MAX}`,
  );
  const { tolerance = 0, observation } = input;
  const isEdge = keepsTolerance(tolerance, observation.cluster?.hpa ?? null);
  const value = isEdge ? edgeValue(replicas, existingReplicas(observation)) : replicas;
  return {
    code: "OK",
    metricName: METRIC_NAME,
    metricValue: replicas,
    ...(value === replicas ? {} : { metricValueFloat: value }),
    targetSize: TARGET_SIZE,
  };
}

/** Returns the decision as it is told: in shadow mode the target is active exactly while replicas are desired. */
export function toldDecision({ decision, mode, observation }: AnswerInput): Decision {
  if (mode !== "shadow") return decision;
  return { ...decision, active: (observation.replicas.desired ?? 0) > 0 };
}

/** What the HPA compares the value with; where the cluster is not read, replicas are taken to be as desired. */
function existingReplicas({ cluster, replicas }: Observation): number | null {
  return cluster?.existing ?? replicas.desired;
}

function namedReplicas({ decision, mode, observation }: AnswerInput): number | null {
  if (decision.status === "starting" || decision.status === "unavailable") return null;
  if (mode === "shadow") return observation.replicas.desired;
  return isActivityUnknownAtZero(observation) ? null : decision.replicas;
}

function isActivityUnknownAtZero({ replicas, activation }: Observation): boolean {
  return replicas.desired === 0 && activation !== null && activation.value === null;
}
