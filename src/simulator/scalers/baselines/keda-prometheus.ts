// KEDA's Prometheus triggers as tutorials print them, mistakes included: what such a ScaledObject really does.

import type { BaselineCandidate } from "../../../domain/scenario.ts";
import { FAMILY } from "../../../observe/triton-metrics.ts";
import { instantVector, rates, type ScrapedSeries } from "../../promql/scraped-series.ts";
import { quotient, sum, type Vector } from "../../promql/vector.ts";
import type { Scaler } from "../scaler.ts";
import { type BaselineContext, modelNames } from "./baseline-context.ts";
import { kedaScaler, kedaTargets, PENDING_ACTIVATION, RATE_SECONDS } from "./keda-triggers.ts";
import { PrometheusView } from "./prometheus-view.ts";
import type { Trigger } from "./trigger-scaler.ts";

const POLLING_SECONDS = 15;
const COOLDOWN_SECONDS = 300;

/**
 * Returns the ScaledObject as printed: `sum(…pending…)`, `rate(…queue…_sum) / rate(…queue…_count)` and
 * `sum(rate(…success…))`, each with `{model_name="…"}`, threshold type AverageValue, null values ignored, no behaviour, no
 * fallback. Triton's label is `model` and its queue time has no `_sum` or `_count`, so no query ever finds a series and each
 * trigger reads 0: the workload goes to its minimum and stays there.
 */
export function kedaPrometheusScaler(candidate: BaselineCandidate, context: BaselineContext): Scaler {
  const targets = kedaTargets(candidate, "AverageValue");
  const prometheus = new PrometheusView(context.view);
  const matchers = { model_name: modelNames(context)[0] ?? "" };
  const rateOf = (scraped: ScrapedSeries, family: string): Vector =>
    rates(scraped, { family, matchers }, RATE_SECONDS);
  const base = { ignoreNullValues: true, activationThreshold: 0 };
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
      query: prometheus.asked((scraped) =>
        quotient(
          rateOf(scraped, `${FAMILY.queueMicros}_sum`),
          rateOf(scraped, `${FAMILY.queueMicros}_count`),
        ),
      ),
    },
    {
      ...base,
      name: "requests/s",
      target: targets.rate,
      query: prometheus.asked((scraped) => sum(rateOf(scraped, FAMILY.success))),
    },
  ];
  const keda = {
    pollingIntervalSeconds: POLLING_SECONDS,
    cooldownPeriodSeconds: COOLDOWN_SECONDS,
    fallback: null,
  };
  return kedaScaler(candidate, context, { triggers, behavior: null, keda });
}
