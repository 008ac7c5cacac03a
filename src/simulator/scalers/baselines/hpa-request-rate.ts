// An HPA on the request rate with the default behaviour, the first thing that most teams try.

import type { BaselineCandidate } from "../../../domain/scenario.ts";
import { FAMILY } from "../../../observe/triton-metrics.ts";
import { rates } from "../../promql/scraped-series.ts";
import { sum } from "../../promql/vector.ts";
import type { Scaler } from "../scaler.ts";
import { type BaselineContext, boundsOf, modelNames, parameter } from "./baseline-context.ts";
import { RATE_SECONDS } from "./keda-triggers.ts";
import { PrometheusView } from "./prometheus-view.ts";
import { TriggerScaler } from "./trigger-scaler.ts";

/**
 * Returns an HPA on `sum(rate(nv_inference_request_success[2m]))` per replica, without `behavior`, as an adapter for
 * Prometheus serves it: no series, no value.
 */
export function hpaRequestRateScaler(candidate: BaselineCandidate, context: BaselineContext): Scaler {
  const selector = { family: FAMILY.success, matchers: { model: modelNames(context) } };
  const query = new PrometheusView(context.view).asked((scraped) =>
    sum(rates(scraped, selector, RATE_SECONDS)),
  );
  const milli = Math.round(parameter(candidate, "targetPerReplica") * 1000);
  return new TriggerScaler({
    tickSeconds: context.controlPlane.tickIntervalSeconds,
    hand: { ...boundsOf(candidate, context.bounds), behavior: null, keda: null },
    triggers: [
      {
        name: "requests/s",
        target: { type: "AverageValue", milli },
        ignoreNullValues: false,
        activationThreshold: 0,
        query,
      },
    ],
  });
}
