// The same three triggers put right: Triton's own labels and series, a latency that is not divided by the replicas.

import type { BaselineCandidate, HpaBehavior, HpaScalingRules } from "../../../domain/scenario.ts";
import { FAMILY } from "../../../observe/triton-metrics.ts";
import { instantVector, rates, type ScrapedSeries } from "../../promql/scraped-series.ts";
import { above, mapped, matched, or, quotient, sum, type Vector } from "../../promql/vector.ts";
import type { Scaler } from "../scaler.ts";
import { type BaselineContext, modelNames } from "./baseline-context.ts";
import { kedaScaler, kedaTargets, PENDING_ACTIVATION, RATE_SECONDS } from "./keda-triggers.ts";
import { PrometheusView } from "./prometheus-view.ts";
import type { Trigger } from "./trigger-scaler.ts";

const FALLBACK_AFTER_FAILURES = 3;
const SCALE_IN_WINDOW_SECONDS = 300;

const DEFAULT_RULES: HpaScalingRules = {
  tolerance: null,
  stabilizationWindowSeconds: null,
  selectPolicy: null,
  policies: null,
};

/** Up at once, down only when five minutes agree. */
const BEHAVIOR: HpaBehavior = {
  scaleUp: { ...DEFAULT_RULES, stabilizationWindowSeconds: 0 },
  scaleDown: { ...DEFAULT_RULES, stabilizationWindowSeconds: SCALE_IN_WINDOW_SECONDS },
};

/**
 * Returns the ScaledObject put right: label `model`; mean queue time = queue_us ÷ success, aggregated, of type Value, 0
 * while nothing is answered; requests/s with those that failed; missing data is an error, for which there is a fallback;
 * and the HPA's behaviour is there.
 */
export function kedaCorrectedScaler(candidate: BaselineCandidate, context: BaselineContext): Scaler {
  const targets = kedaTargets(candidate, "Value");
  const prometheus = new PrometheusView(context.view);
  const matchers = { model: modelNames(context) };
  const rateOf = (scraped: ScrapedSeries, family: string): Vector =>
    sum(rates(scraped, { family, matchers }, RATE_SECONDS));
  const base = { ignoreNullValues: false, activationThreshold: 0 };
  const triggers: readonly Trigger[] = [
    {
      ...base,
      name: "pending",
      target: targets.pending,
      activationThreshold: PENDING_ACTIVATION,
      query: prometheus.asked((scraped) => sum(instantVector(scraped, FAMILY.pending, matchers))),
    },
    {
      ...base,
      name: "queue µs",
      target: targets.queue,
      query: prometheus.asked((scraped) => {
        const completed = rateOf(scraped, FAMILY.success);
        const mean = quotient(rateOf(scraped, FAMILY.queueMicros), above(completed, 0));
        return or(
          mean,
          mapped(completed, () => 0),
        );
      }),
    },
    {
      ...base,
      name: "requests/s",
      target: targets.rate,
      query: prometheus.asked((scraped) => {
        const completed = rateOf(scraped, FAMILY.success);
        const failed = or(
          rateOf(scraped, FAMILY.failure),
          mapped(completed, () => 0),
        );
        return matched(completed, failed, (succeeded, other) => succeeded + other);
      }),
    },
  ];
  const fallback = context.controlPlane.keda.fallback ?? {
    failureThreshold: FALLBACK_AFTER_FAILURES,
    replicas: context.workload.initialReplicas,
  };
  return kedaScaler(candidate, context, {
    triggers,
    behavior: BEHAVIOR,
    keda: { ...context.controlPlane.keda, fallback },
  });
}
