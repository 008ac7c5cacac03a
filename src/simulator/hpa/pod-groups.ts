// Which pods count for a metric by pod, and with which samples.

import type { HpaPodSample, Int64 } from "./metric.ts";
import type { MetricContext } from "./metric-outcome.ts";
import type { HpaPod } from "./pod.ts";

/** What a pod of the selector counts as. */
type PodGroup = "ignored" | "unready" | "missing" | "counted";

/** One value that enters the mean, and what its pod requests; null = the pod does not exist. */
export type PodValue = { readonly milli: Int64; readonly requestMilli: number | null };

export type PodGroups = {
  /** Samples of counted pods and of pods that do not exist. */
  readonly values: readonly PodValue[];
  /** How many pods of the selector have a sample that counts. */
  readonly counted: number;
  readonly unready: readonly HpaPod[];
  readonly missing: readonly HpaPod[];
};

/** What a metric read: samples in the order of the pods, and of pods that do not exist. */
export type PodSamples = {
  readonly samples: readonly (HpaPodSample | null)[];
  readonly otherSamples: readonly HpaPodSample[];
};

/** Returns the pods of a sync by group; a pod's readiness plays a part for CPU only. */
export function groupPods(
  { samples, otherSamples }: PodSamples,
  context: MetricContext,
  isCpu: boolean,
): PodGroups {
  const values: PodValue[] = [];
  const unready: HpaPod[] = [];
  const missing: HpaPod[] = [];
  for (const [index, pod] of context.pods.entries()) {
    const sample = samples[index] ?? null;
    const group = groupOf(pod, sample, isCpu ? context : null);
    if (group === "counted" && sample !== null) values.push(valueOf(sample, pod.requestMilli));
    if (group === "unready") unready.push(pod);
    if (group === "missing") missing.push(pod);
  }
  const counted = values.length;
  return {
    values: [...values, ...otherSamples.map((sample) => valueOf(sample, null))],
    counted,
    unready,
    missing,
  };
}

function valueOf(sample: HpaPodSample, requestMilli: number | null): PodValue {
  return { milli: typeof sample === "object" ? sample.milli : sample, requestMilli };
}

function groupOf(pod: HpaPod, sample: HpaPodSample | null, cpu: MetricContext | null): PodGroup {
  if (pod.deleting || pod.phase === "Failed") return "ignored";
  if (pod.phase === "Pending") return "unready";
  if (sample === null) return "missing";
  return cpu !== null && isUnreadyForCpu(pod, sample, cpu) ? "unready" : "counted";
}

/** A young pod counts once a whole window was measured since it became ready; later only one never ready is left out. */
function isUnreadyForCpu(
  { ready, startMs, readyChangedMs }: HpaPod,
  sample: HpaPodSample,
  { decideMs, cpuInitializationPeriodMs, initialReadinessDelayMs }: MetricContext,
): boolean {
  if (ready === null || startMs === null) return true;
  if (startMs + cpuInitializationPeriodMs > decideMs) {
    const measured = typeof sample === "object" ? sample : { atMs: decideMs, windowMs: 0 };
    return !ready || measured.atMs < readyChangedMs + measured.windowMs;
  }
  return !ready && startMs + initialReadinessDelayMs > readyChangedMs;
}
