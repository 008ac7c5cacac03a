// What KEDA's operator does for one ScaledObject: zero or not by polling, and what the HPA reads through it.

import type { HpaMetricReading, HpaMetricSpec } from "../hpa/metric.ts";
import type { KedaSettings } from "../scalers/scaler.ts";

/** A ScaledObject; `minReplicas` 0 = it may scale to zero. */
export type ScaledObject = {
  readonly minReplicas: number;
  readonly metrics: readonly HpaMetricSpec[];
  readonly settings: KedaSettings;
};

/** What a scaler answers to one round of GetMetrics and IsActive; activity null = an error, which voids the metrics too. */
export type ScalerAnswer = {
  readonly readings: readonly HpaMetricReading[];
  readonly active: boolean | null;
};

/** Replicas of the target when a round begins. */
export type TargetReplicas = { readonly spec: number; readonly ready: number };

/** What a round came to: what the HPA would read, whether the fallback stands in, whether an error is left. */
type Round = {
  readonly readings: readonly HpaMetricReading[];
  readonly fallback: boolean;
  readonly failed: boolean;
};

/** The operator's memory of one ScaledObject. Times are seconds since the scenario's start. */
export class KedaLoop {
  readonly #object: ScaledObject;
  /** Failed rounds in a row, a metric; polls and the HPA's questions both count. */
  readonly #failures: number[];
  #lastActiveSeconds: number | null;

  /** A target that begins with replicas passes when it was last active; null scales an idle one to zero at once. */
  constructor(object: ScaledObject, lastActiveSeconds: number | null) {
    this.#object = object;
    this.#failures = object.metrics.map(() => 0);
    this.#lastActiveSeconds = lastActiveSeconds;
  }

  /** Returns what the HPA reads at a sync: the scaler's answer, or the fallback's after too many failures. */
  answer(answer: ScalerAnswer, target: TargetReplicas): readonly HpaMetricReading[] {
    return this.#round(answer, target).readings;
  }

  /**
   * Polls: returns the replicas that the operator writes, or null. From 0 it goes to max(1, minimum) while active; to 0
   * in one step once the last active poll lies more than the cooldown back; on an error it leaves things as they are,
   * unless the fallback itself is 0.
   */
  poll(atSeconds: number, answer: ScalerAnswer, target: TargetReplicas): number | null {
    const { minReplicas, settings } = this.#object;
    const { fallback, failed } = this.#round(answer, target);
    if (answer.active === true || fallback) return this.#keepActive(atSeconds, failed, target.spec);
    if (failed && settings.fallback?.replicas !== 0) return null;
    if (target.spec > 0 && minReplicas === 0) return this.#hasCooledDown(atSeconds) ? 0 : null;
    return target.spec < minReplicas ? minReplicas : null;
  }

  #keepActive(atSeconds: number, failed: boolean, specReplicas: number): number | null {
    if (specReplicas === 0 || !failed) this.#lastActiveSeconds = atSeconds;
    return specReplicas === 0 ? Math.max(1, this.#object.minReplicas) : null;
  }

  #hasCooledDown(atSeconds: number): boolean {
    const { cooldownPeriodSeconds } = this.#object.settings;
    return this.#lastActiveSeconds === null || this.#lastActiveSeconds + cooldownPeriodSeconds < atSeconds;
  }

  #round({ readings, active }: ScalerAnswer, target: TargetReplicas): Round {
    let [fallback, failed] = [false, false];
    const answered = this.#object.metrics.map((metric, index): HpaMetricReading => {
      const reading = readings[index];
      if (metric.type !== "External") return reading ?? { kind: "error" };
      if (reading !== undefined && reading.kind !== "error" && active !== null) {
        this.#failures[index] = 0;
        return reading;
      }
      const failures = (this.#failures[index] ?? 0) + 1;
      this.#failures[index] = failures;
      const substitute = fallbackReading(metric, { failures, target, settings: this.#object.settings });
      if (substitute === null) failed = true;
      else if (this.#object.settings.fallback?.replicas !== 0) fallback = true;
      return substitute ?? { kind: "error" };
    });
    return { readings: answered, fallback, failed };
  }
}

type Failing = {
  readonly failures: number;
  readonly target: TargetReplicas;
  readonly settings: KedaSettings;
};

/** The value that makes the HPA want the fallback's replicas; a Value target is divided by the ready ones. */
function fallbackReading(
  { target: { type, milli } }: Extract<HpaMetricSpec, { type: "External" }>,
  { failures, target, settings: { fallback } }: Failing,
): HpaMetricReading | null {
  if (fallback === null || failures <= fallback.failureThreshold) return null;
  const total = Number(milli) * fallback.replicas;
  if (type === "AverageValue") return { kind: "values", milli: [total] };
  return target.ready === 0 ? null : { kind: "values", milli: [Math.trunc(total / target.ready)] };
}
