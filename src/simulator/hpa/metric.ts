// What an HPA is told to read, and what it reads: metrics in milli-units (1000 = 1), as the controller computes them.

/** An int64: a number up to ±(2^53 − 1), a BigInt beyond. */
export type Int64 = number | bigint;

/** A target per replica (AverageValue) or for all together (Value), in milli-units. */
export type HpaValueTarget = { readonly type: "AverageValue" | "Value"; readonly milli: Int64 };

/** A target of a CPU metric: milli-units per pod, or percent of what the pods request. */
export type HpaResourceTarget =
  | { readonly type: "AverageValue"; readonly milli: Int64 }
  | { readonly type: "Utilization"; readonly percent: number };

/** One entry of an HPA's `spec.metrics`. */
export type HpaMetricSpec =
  | { readonly type: "External"; readonly target: HpaValueTarget }
  | { readonly type: "Pods"; readonly target: HpaValueTarget }
  | { readonly type: "Resource"; readonly target: HpaResourceTarget };

/** One pod's CPU sample in milli-units: taken at `atMs`, over the `windowMs` before. */
export type HpaResourceSample = { readonly milli: number; readonly atMs: number; readonly windowMs: number };

/** A pod's sample, where it has one: of a Pods metric in milli-units, or of CPU. */
export type HpaPodSample = Int64 | HpaResourceSample;

/**
 * What the metrics API answered for one metric: the items of an External metric (they are summed; none is an error), the
 * samples of the pods in the order in which the controller sees them (null = none) with those of pods that do not exist,
 * or an error.
 */
export type HpaMetricReading =
  | { readonly kind: "values"; readonly milli: readonly Int64[] }
  | {
      readonly kind: "byPod";
      readonly samples: readonly (HpaPodSample | null)[];
      readonly otherSamples: readonly HpaPodSample[];
    }
  | { readonly kind: "error" };
