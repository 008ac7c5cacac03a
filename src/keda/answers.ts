// What a policy's last record answers at an instant: a number of replicas and an activity, or why there is none.

import { METRIC_NAME, TARGET_SIZE } from "../control/answer.ts";
import type { PublishedEntry } from "../control/published.ts";
import { assert } from "../domain/assert.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { elapsed, type Instant, type Millis } from "../domain/units.ts";
import type { GetMetricSpecResponse } from "./generated/externalscaler/GetMetricSpecResponse.ts";
import type { GetMetricsResponse } from "./generated/externalscaler/GetMetricsResponse.ts";
import { type Refusal, unavailable } from "./refusal.ts";

/** A record older than this many tick intervals no longer answers: ticks have stopped. */
const RECORD_AGE_MAX_TICKS = 3;
const REPLICAS_MAX = 2 ** 31 - 1;

/** The spec of every policy: with a target of 1 the metric's value is the number of replicas. */
export const METRIC_SPEC: GetMetricSpecResponse = {
  metricSpecs: [{ metricName: METRIC_NAME, targetSize: TARGET_SIZE, targetSizeFloat: TARGET_SIZE }],
};

/** An answer that KEDA can be given; both halves come from one record. */
export type Answerable = {
  readonly replicas: number;
  /** What the HPA is told instead, where it keeps a tolerance: not whole, and `replicas` is its ceiling. */
  readonly edge?: number;
  readonly active: boolean;
};

/** The instant of the question, on the clock of the source, and how far apart ticks are on it. */
export type AskedAt = { readonly now: Instant; readonly tickInterval: Millis };

/**
 * Returns what the entry's last record answers. UNAVAILABLE before the first tick, while the status is `starting` or
 * `unavailable`, where the record itself answers so, and once it is older than three tick intervals.
 */
export function answerOf(entry: PublishedEntry, { now, tickInterval }: AskedAt): Result<Answerable, Refusal> {
  const { record } = entry;
  if (record === null) return failed(unavailable("no decision yet: the first tick is not over"));
  const { status, active } = record.decision;
  if (status === "starting") return failed(unavailable("no decision yet: the policy is starting"));
  const { metricValue: replicas, metricValueFloat: edge } = record.answer;
  if (status === "unavailable" || record.answer.code !== "OK" || replicas === null) {
    return failed(unavailable("no decision now: nothing is known of the workload"));
  }
  if (elapsed(record.at, standingAt(entry, now)) > RECORD_AGE_MAX_TICKS * tickInterval) {
    return failed(unavailable("no decision now: the last one is older than 3 tick intervals"));
  }
  return ok({ replicas, active, ...(edge === undefined ? {} : { edge }) });
}

/** A deleted policy no longer ticks: what it answered when it went stands for `holdFor` (rule 39). */
function standingAt({ deletedAt, loaded }: PublishedEntry, now: Instant): Instant {
  const isHeld = deletedAt !== null && elapsed(deletedAt, now) <= loaded.policy.missingData.holdFor;
  return isHeld ? deletedAt : now;
}

/** The answers of usual sizes, made once. */
const ANSWERS = Array.from({ length: 1024 }, (_, replicas) => metricsOf(replicas));

/**
 * Returns `replicas` as KEDA's message: in the float and in the deprecated integer that KEDA up to 2.16 reads. `edge`
 * goes into the float alone.
 */
export function encodeReplicas(replicas: number, edge?: number): GetMetricsResponse {
  assert(
    Number.isInteger(replicas) && replicas >= 0 && replicas <= REPLICAS_MAX,
    `an answer must be a whole number from 0 to ${REPLICAS_MAX}, not ${replicas}`,
  );
  if (edge === undefined) return ANSWERS[replicas] ?? metricsOf(replicas);
  assert(
    edge > 0 && Math.ceil(edge) === replicas,
    `${edge} must be above 0 and have the ceiling ${replicas}`,
  );
  return { metricValues: [{ metricName: METRIC_NAME, metricValue: replicas, metricValueFloat: edge }] };
}

function metricsOf(replicas: number): GetMetricsResponse {
  return { metricValues: [{ metricName: METRIC_NAME, metricValue: replicas, metricValueFloat: replicas }] };
}
