// How a quality signal stands against its target: at it, tolerated, above it for a moment, or for its whole window.

import {
  type CustomQualityReading,
  customReading,
  type HalvesReading,
  type LatencyReading,
  type Observation,
  type OverTarget,
  type QueueDurationReading,
} from "../domain/observation.ts";
import type { AnySignalName, CustomQualityPolicy, Policy, QualitySignalPolicy } from "../domain/policy.ts";
import { toSeconds } from "../domain/units.ts";

/** Fewer completions than this in the window say nothing (rule 16). */
const COMPLETIONS_MIN = 20;
/** A percentile guessed from counters is this rough (rule 13). */
const COUNTERS_TOLERANCE = 0.25;
/** Fewer pods cannot tell a hot one from a small fleet. */
const IMBALANCE_PODS_MIN = 3;

/** `value` and `target` in the signal's unit; `isOneHotPod`: without its worst pod it is at its target (rule 11b). */
export type QualityVerdict =
  | { readonly kind: "noData"; readonly reason: "IDLE" | "NO_COMPLETIONS" | "LOW_TRAFFIC" | "MISSING" }
  | { readonly kind: "atTarget" | "tolerated" | "brief" }
  | {
      readonly kind: "sustained";
      readonly value: number;
      readonly target: number;
      readonly isOneHotPod: boolean;
    };

export type QualityVerdicts = ReadonlyMap<AnySignalName, QualityVerdict>;

type Seen = { readonly observation: Observation; readonly policy: Policy };
type RequestQualityReading = QueueDurationReading | LatencyReading;

/** Returns how each declared quality signal stands that has a reading (rules 13, 15–17). */
export function qualityVerdicts(seen: Seen): QualityVerdicts {
  const { signals } = seen.policy;
  const readings = seen.observation.signals;
  const verdicts = new Map<AnySignalName, QualityVerdict>();
  for (const name of ["queueDuration", "latency"] as const) {
    const [signal, reading] = [signals[name], readings[name]];
    if (signal !== null && reading !== undefined) verdicts.set(name, requestVerdict(reading, signal, seen));
  }
  for (const signal of signals.custom) {
    const reading = customReading(readings, signal.name);
    if (signal.kind === "quality" && reading?.kind === "quality") {
      verdicts.set(signal.name, customVerdict(reading, signal, seen));
    }
  }
  return verdicts;
}

function requestVerdict(
  reading: RequestQualityReading,
  signal: QualitySignalPolicy,
  context: Seen,
): QualityVerdict {
  const { state, value, noCompletions, requests } = reading;
  if (state === "idle") return { kind: "noData", reason: "IDLE" };
  if (noCompletions) return { kind: "noData", reason: "NO_COMPLETIONS" };
  if (state !== "live") return { kind: "noData", reason: "MISSING" };
  if (requests < COMPLETIONS_MIN || value === null) return { kind: "noData", reason: "LOW_TRAFFIC" };
  const over = "overTarget" in reading ? reading.overTarget : null;
  const tolerance = toleranceOut(reading, context);
  return comparedVerdict(value, { reading, over, target: toSeconds(signal.target), tolerance, context });
}

/** As above, but nothing tells how many requests it stands for. */
function customVerdict(
  { state, value, valueFirstHalf, valueSecondHalf }: CustomQualityReading,
  { target }: CustomQualityPolicy,
  context: Seen,
): QualityVerdict {
  if (state === "idle") return { kind: "noData", reason: "IDLE" };
  if (state !== "live" || value === null) return { kind: "noData", reason: "MISSING" };
  const reading = { valueFirstHalf, valueSecondHalf, valueWithoutWorst: null };
  const { tolerance } = context.policy.scaleOut;
  return comparedVerdict(value, { reading, over: null, target, tolerance, context });
}

type Comparison = {
  readonly reading: Pick<HalvesReading, "valueFirstHalf" | "valueSecondHalf" | "valueWithoutWorst">;
  readonly over: OverTarget | null;
  /** In the unit of the value. */
  readonly target: number;
  readonly tolerance: number;
  readonly context: Seen;
};

function comparedVerdict(value: number, comparison: Comparison): QualityVerdict {
  const { reading, over, target } = comparison;
  const tolerated = 1 + comparison.tolerance;
  if (!isAbove(value, over?.ratio ?? null, { ...comparison, factor: 1 })) return { kind: "atTarget" };
  if (!isAbove(value, over?.ratio ?? null, { ...comparison, factor: tolerated }))
    return { kind: "tolerated" };
  const isSustained =
    isAbove(reading.valueFirstHalf, over?.ratioFirstHalf ?? null, { ...comparison, factor: tolerated }) &&
    isAbove(reading.valueSecondHalf, over?.ratioSecondHalf ?? null, { ...comparison, factor: tolerated });
  return isSustained
    ? { kind: "sustained", value, target, isOneHotPod: isOneHotPod(comparison) }
    : { kind: "brief" };
}

/** Pods count from their first requests on: a hot one must not buy replicas while windows fill. */
function isOneHotPod({ reading, target, context }: Comparison): boolean {
  const { expected } = context.observation.pods;
  if (expected < IMBALANCE_PODS_MIN || reading.valueWithoutWorst === null) return false;
  return reading.valueWithoutWorst <= target;
}

function isAbove(
  value: number | null,
  overTargetRatio: number | null,
  { target, context, factor }: Comparison & { readonly factor: number },
): boolean {
  if (value === null || value <= target * factor) return false;
  return overTargetRatio === null || overTargetRatio > 1 - context.policy.objective.percentile / 100;
}

function toleranceOut(reading: RequestQualityReading, context: Seen): number {
  const declared = context.policy.scaleOut.tolerance;
  return "quality" in reading && reading.quality === "counters"
    ? Math.max(declared, COUNTERS_TOLERANCE)
    : declared;
}
