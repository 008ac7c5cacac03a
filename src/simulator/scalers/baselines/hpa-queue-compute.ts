// The HPA of NVIDIA's autoscaling tutorial: time in the queue against time in the model.

import type { BaselineCandidate } from "../../../domain/scenario.ts";
import { FAMILY } from "../../../observe/triton-metrics.ts";
import { rates, type ScrapedSeries } from "../../promql/scraped-series.ts";
import { mapped, quotient, sum, type Vector } from "../../promql/vector.ts";
import type { Scaler } from "../scaler.ts";
import { type BaselineContext, boundsOf, modelNames, parameter } from "./baseline-context.ts";
import { PrometheusView } from "./prometheus-view.ts";
import { TriggerScaler } from "./trigger-scaler.ts";

const RULE_RANGE_SECONDS = 60;
/** The recording rule is evaluated so often; between two evaluations its last value is read. */
const RULE_INTERVAL_SECONDS = 6;

/**
 * Returns an HPA that holds the mean over the pods of `rate(queue_us[1m]) / clamp_min(rate(compute_infer_us[1m]), 1)` at a
 * target (AverageValue over the sum), without `behavior`. The ratio has no upper bound under overload.
 */
export function hpaQueueComputeScaler(candidate: BaselineCandidate, context: BaselineContext): Scaler {
  const matchers = { model: modelNames(context) };
  const rateOf = (scraped: ScrapedSeries, family: string): Vector =>
    rates(scraped, { family, matchers }, RULE_RANGE_SECONDS);
  const rule = new PrometheusView(context.view).asked((scraped) => {
    const compute = mapped(rateOf(scraped, FAMILY.computeInferMicros), (micros) => Math.max(micros, 1));
    return sum(quotient(rateOf(scraped, FAMILY.queueMicros), compute));
  });
  const query = (atSeconds: number): Vector | null =>
    rule(Math.floor(atSeconds / RULE_INTERVAL_SECONDS) * RULE_INTERVAL_SECONDS);
  const milli = Math.round(parameter(candidate, "target") * 1000);
  return new TriggerScaler({
    tickSeconds: context.controlPlane.tickIntervalSeconds,
    hand: { ...boundsOf(candidate, context.bounds), behavior: null, keda: null },
    triggers: [
      {
        name: "queue/compute",
        target: { type: "AverageValue", milli },
        ignoreNullValues: false,
        activationThreshold: 0,
        query,
      },
    ],
  });
}
