// The rules that are not ours, by name.

import { assert, assertNever } from "../../../domain/assert.ts";
import { isBaseline } from "../../../domain/baselines.ts";
import type { BaselineCandidate } from "../../../domain/scenario.ts";
import type { Scaler } from "../scaler.ts";
import type { BaselineContext } from "./baseline-context.ts";
import { delayedOffScaler } from "./delayed-off.ts";
import { hpaQueueComputeScaler } from "./hpa-queue-compute.ts";
import { hpaRequestRateScaler } from "./hpa-request-rate.ts";
import { kedaCorrectedScaler } from "./keda-corrected.ts";
import { kedaPrometheusScaler } from "./keda-prometheus.ts";
import { knativeScaler } from "./knative.ts";
import { clairvoyantScaler } from "./planned.ts";
import { staticScaler } from "./static.ts";
import { watermarkScaler } from "./watermark.ts";

/** Returns a new scaler of a baseline; it sees its workload through the context's view alone. */
export function baselineScaler(candidate: BaselineCandidate, context: BaselineContext): Scaler {
  const { baseline } = candidate;
  assert(isBaseline(baseline), `no rule is called ${baseline}`);
  switch (baseline) {
    case "static":
      return staticScaler(candidate, context);
    case "keda-prometheus":
      return kedaPrometheusScaler(candidate, context);
    case "keda-corrected":
      return kedaCorrectedScaler(candidate, context);
    case "hpa-queue-compute":
      return hpaQueueComputeScaler(candidate, context);
    case "hpa-request-rate":
      return hpaRequestRateScaler(candidate, context);
    case "knative":
      return knativeScaler(candidate, context);
    case "watermark":
      return watermarkScaler(candidate, context);
    case "delayed-off":
      return delayedOffScaler(candidate, context);
    case "clairvoyant":
      return clairvoyantScaler(context);
    default:
      return assertNever(baseline);
  }
}
