// A scaler that is only an HPA with metrics: each is a query, asked anew at every sync.

import type { HpaMetricReading, HpaMetricSpec, HpaValueTarget } from "../../hpa/metric.ts";
import { milliOfFloat } from "../../keda/float-milli.ts";
import type { Vector } from "../../promql/vector.ts";
import type { Scaler, ScalerHand, ScalerTick } from "../scaler.ts";

/** One metric of the HPA: what it is called, what it is held at, and its query's answer (null = the query fails). */
export type Trigger = {
  readonly name: string;
  readonly target: HpaValueTarget;
  /** Where an empty or endless answer is 0, as KEDA has it unless told otherwise; else it is an error. */
  readonly ignoreNullValues: boolean;
  /** Above it the trigger is active. */
  readonly activationThreshold: number;
  readonly query: (atSeconds: number) => Vector | null;
};

export type TriggerScalerOptions = {
  readonly tickSeconds: number;
  readonly hand: Omit<Extract<ScalerHand, { kind: "hpa" }>, "kind" | "metrics">;
  readonly triggers: readonly Trigger[];
};

/** An HPA on External metrics, fed by triggers. */
export class TriggerScaler implements Scaler {
  readonly hand: ScalerHand;
  readonly tickSeconds: number;
  readonly #triggers: readonly Trigger[];

  constructor({ tickSeconds, hand, triggers }: TriggerScalerOptions) {
    const metrics = triggers.map(({ target }): HpaMetricSpec => ({ type: "External", target }));
    this.hand = { kind: "hpa", ...hand, metrics };
    this.tickSeconds = tickSeconds;
    this.#triggers = triggers;
  }

  /** Says what the triggers read; the HPA alone decides. */
  tick(atSeconds: number): ScalerTick {
    const values = this.#triggers.map((trigger) => valueOf(trigger, atSeconds));
    const words = this.#triggers.map(({ name }, index) => `${name} ${shown(values[index] ?? null)}`);
    return { raw: null, published: null, reason: words.join(", ") };
  }

  hpaMetrics(atSeconds: number): readonly HpaMetricReading[] {
    return this.#triggers.map((trigger) => {
      const value = valueOf(trigger, atSeconds);
      return value === null ? { kind: "error" } : { kind: "values", milli: [milliOfFloat(value)] };
    });
  }

  /** Any active trigger makes the whole active; an error alone says nothing. */
  isActive(atSeconds: number): boolean | null {
    const states = this.#triggers.map((trigger) => {
      const value = valueOf(trigger, atSeconds);
      return value === null ? null : value > trigger.activationThreshold;
    });
    return states.includes(true) ? true : states.includes(null) ? null : false;
  }

  wanted(): null {
    return null;
  }
}

/** One element is an answer; none, NaN and infinities are 0 or an error; several are an error (as in KEDA's scaler). */
function valueOf({ query, ignoreNullValues }: Trigger, atSeconds: number): number | null {
  const answer = query(atSeconds);
  if (answer === null || answer.length > 1) return null;
  const value = answer[0]?.value ?? Number.NaN;
  if (!Number.isFinite(value)) return ignoreNullValues ? 0 : null;
  return Math.max(0, value);
}

function shown(value: number | null): string {
  return value === null ? "unknown" : String(Number(value.toPrecision(4)));
}
