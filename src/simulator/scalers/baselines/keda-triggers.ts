// What both forms of KEDA's three Prometheus triggers share: thresholds, and what a ScaledObject says of the HPA.

import type { BaselineCandidate, HpaBehavior } from "../../../domain/scenario.ts";
import type { HpaValueTarget } from "../../hpa/metric.ts";
import type { KedaSettings } from "../scaler.ts";
import { type BaselineContext, boundsOf, parameter } from "./baseline-context.ts";
import { type Trigger, TriggerScaler } from "./trigger-scaler.ts";

/** The range of the published queries' rates. */
export const RATE_SECONDS = 120;
/** Below so many waiting requests the first trigger does not wake a workload. */
export const PENDING_ACTIVATION = 2;

export type KedaTargets = {
  readonly pending: HpaValueTarget;
  readonly queue: HpaValueTarget;
  readonly rate: HpaValueTarget;
};

/** Returns the triggers' targets; the queue's is in microseconds, since the queries' answers are. */
export function kedaTargets(candidate: BaselineCandidate, queueType: HpaValueTarget["type"]): KedaTargets {
  const milli = (name: string, scale: number): number =>
    Math.round(parameter(candidate, name) * scale * 1000);
  return {
    pending: { type: "AverageValue", milli: milli("pendingThreshold", 1) },
    queue: { type: queueType, milli: milli("queueThreshold", 1e6) },
    rate: { type: "AverageValue", milli: milli("rateThreshold", 1) },
  };
}

/** Returns the scaler of a ScaledObject with these triggers. */
export function kedaScaler(
  candidate: BaselineCandidate,
  context: BaselineContext,
  {
    triggers,
    behavior,
    keda,
  }: {
    readonly triggers: readonly Trigger[];
    readonly behavior: HpaBehavior | null;
    readonly keda: KedaSettings;
  },
): TriggerScaler {
  return new TriggerScaler({
    tickSeconds: context.controlPlane.tickIntervalSeconds,
    hand: { ...boundsOf(candidate, context.bounds), behavior, keda },
    triggers,
  });
}
