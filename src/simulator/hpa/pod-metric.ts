// What metrics by pod propose: Pods metrics, and CPU as a mean or as utilization of what the pods request.

import { addInt64, divideInt64, int32OfDouble, lowInt32, multiplyInt64 } from "./int64.ts";
import type { HpaMetricSpec, Int64 } from "./metric.ts";
import type { CurrentMetric, MetricContext, MetricOutcome } from "./metric-outcome.ts";
import { groupPods, type PodGroups, type PodSamples, type PodValue } from "./pod-groups.ts";
import { inBand } from "./tolerance.ts";

const FULL_PERCENT = 100;

/** A ratio to the target, and the status entry that goes with it. */
type Usage = { readonly ratio: number; readonly current: CurrentMetric };

/** How values become a ratio, and what a pod without a sample is taken to use when scaling in. */
type Measure = {
  readonly usageOf: (values: readonly PodValue[]) => Usage | null;
  readonly assumed: (requestMilli: number) => Int64;
};

/** Returns the proposal of a metric by pod; null = an error (no pods, no samples that count, no requests). */
export function podProposal(
  spec: Exclude<HpaMetricSpec, { type: "External" }>,
  read: PodSamples,
  context: MetricContext,
): MetricOutcome | null {
  if (context.pods.length === 0) return null;
  const groups = groupPods(read, context, spec.type === "Resource");
  if (groups.values.length === 0) return null;
  const { target } = spec;
  const measure = target.type === "Utilization" ? utilization(target.percent) : meanOf(target.milli);
  const usage = measure.usageOf(groups.values);
  if (usage === null) return null;
  const proposal = proposedBy(usage.ratio, groups, { measure, context });
  return proposal === null ? null : { proposal, current: usage.current };
}

type Rule = { readonly measure: Measure; readonly context: MetricContext };

function proposedBy(ratio: number, groups: PodGroups, { measure, context }: Rule): number | null {
  const { specReplicas, band } = context;
  const fillsUnready = groups.unready.length > 0 && ratio > 1;
  if (!fillsUnready && groups.missing.length === 0) {
    return inBand(ratio, band) ? specReplicas : int32OfDouble(Math.ceil(ratio * groups.counted));
  }
  const values = filledIn(ratio, groups, measure);
  const again = measure.usageOf(values);
  if (again === null) return null;
  const turned = (ratio < 1 && again.ratio > 1) || (ratio > 1 && again.ratio < 1);
  if (inBand(again.ratio, band) || turned) return specReplicas;
  const replicas = int32OfDouble(Math.ceil(again.ratio * values.length));
  const against = again.ratio < 1 ? replicas > specReplicas : again.ratio > 1 && replicas < specReplicas;
  return against ? specReplicas : replicas;
}

/** Pods without a sample are taken for what keeps the proposal closest to now. */
function filledIn(ratio: number, { values, unready, missing }: PodGroups, measure: Measure): PodValue[] {
  const filled = [...values];
  if (ratio !== 1) {
    for (const { requestMilli } of missing) {
      filled.push({ milli: ratio < 1 ? measure.assumed(requestMilli) : 0, requestMilli });
    }
  }
  if (ratio > 1) for (const { requestMilli } of unready) filled.push({ milli: 0, requestMilli });
  return filled;
}

function meanOf(target: Int64): Measure {
  return {
    usageOf: (values) => {
      const mean = divideInt64(sum(values.map(({ milli }) => milli)), values.length);
      return { ratio: Number(mean) / Number(target), current: { averageValue: mean } };
    },
    assumed: () => target,
  };
}

/** Samples of pods that do not exist have no request and do not count here. */
function utilization(targetPercent: number): Measure {
  return {
    usageOf: (values) => {
      const requests: Int64[] = [];
      const usages: Int64[] = [];
      for (const { milli, requestMilli } of values) {
        if (requestMilli === null) continue;
        requests.push(requestMilli);
        usages.push(milli);
      }
      const requested = sum(requests);
      if (requested === 0) return null;
      const used = sum(usages);
      const percent = lowInt32(divideInt64(multiplyInt64(used, FULL_PERCENT), requested));
      return {
        ratio: percent / targetPercent,
        current: { averageUtilization: percent, averageValue: divideInt64(used, usages.length) },
      };
    },
    assumed: (requestMilli) =>
      divideInt64(multiplyInt64(requestMilli, Math.max(FULL_PERCENT, targetPercent)), FULL_PERCENT),
  };
}

function sum(values: readonly Int64[]): Int64 {
  return values.reduce(addInt64, 0);
}
