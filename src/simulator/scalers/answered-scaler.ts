// A scaler that decides elsewhere: the hands of a run ask for its last answer, as KEDA asks the running service.

import type { LoadedPolicy } from "../../domain/policy-set.ts";
import type { ControlPlaneScenario } from "../../domain/scenario.ts";
import type { HpaMetricReading } from "../hpa/metric.ts";
import { handOf } from "./policy-scaler.ts";
import type { Scaler, ScalerHand } from "./scaler.ts";

const MILLI = 1000;

/** What KEDA would be told: a number of replicas, and whether the workload is active. */
export type ScalerReply = { readonly replicas: number; readonly active: boolean };

export type AnsweredScalerParts = {
  /** The policy as it was when the ScaledObject was written: its bounds. */
  readonly loaded: LoadedPolicy;
  readonly controlPlane: ControlPlaneScenario;
  readonly tickSeconds: number;
  /** Returns what is answered at a time; null = an error. */
  readonly reply: (atSeconds: number) => ScalerReply | null;
};

export class AnsweredScaler implements Scaler {
  readonly hand: ScalerHand;
  readonly tickSeconds: number;
  readonly #reply: AnsweredScalerParts["reply"];
  #wanted: number | null = null;

  constructor(parts: AnsweredScalerParts) {
    this.hand = handOf(parts);
    this.tickSeconds = parts.tickSeconds;
    this.#reply = parts.reply;
  }

  /** The decision of this instant is there already; only a scaler that writes by itself looks at it now. */
  tick(atSeconds: number): null {
    this.#wanted = this.#reply(atSeconds)?.replicas ?? null;
    return null;
  }

  hpaMetrics(atSeconds: number): readonly HpaMetricReading[] {
    const reply = this.#reply(atSeconds);
    return [
      reply === null ? { kind: "error" } : { kind: "values", milli: [Math.ceil(reply.replicas * MILLI)] },
    ];
  }

  isActive(atSeconds: number): boolean | null {
    return this.#reply(atSeconds)?.active ?? null;
  }

  wanted(): number | null {
    return this.#wanted;
  }
}
