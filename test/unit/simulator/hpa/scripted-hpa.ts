// An HPA that is told a wish a sync ("value = wish, target = 1"), with the replicas following at once.

import type { HpaBehavior, HpaScalingRules } from "../../../../src/domain/scenario.ts";
import { defaultedBehavior } from "../../../../src/simulator/hpa/behavior.ts";
import { HpaController } from "../../../../src/simulator/hpa/hpa-controller.ts";
import type { HpaSpec } from "../../../../src/simulator/hpa/hpa-sync.ts";
import type { HpaMetricReading } from "../../../../src/simulator/hpa/metric.ts";
import { hpaRelease } from "../../../../src/simulator/hpa/release.ts";
import { simulatedSync } from "../../../../src/simulator/hpa/simulated-sync.ts";

const UNSET: HpaScalingRules = {
  tolerance: null,
  stabilizationWindowSeconds: null,
  selectPolicy: null,
  policies: null,
};

/** Rules of one direction; what is left out is absent. */
export function rules(own: Partial<HpaScalingRules> = {}): HpaScalingRules {
  return { ...UNSET, ...own };
}

/** No window, no rate limit worth the name. */
export function openRules(own: Partial<HpaScalingRules> = {}): HpaScalingRules {
  return rules({
    stabilizationWindowSeconds: 0,
    policies: [{ type: "Pods", value: 1_000, periodSeconds: 1 }],
    ...own,
  });
}

/** Follows every wish at once, apart from tolerance. */
export function openBehavior(own: Partial<HpaScalingRules> = {}): HpaBehavior {
  return { scaleUp: openRules(own), scaleDown: openRules(own) };
}

/** Returns a spec of one External metric with an average target of 1, 1 to 1000 replicas. */
export function wishSpec(behavior: HpaBehavior | null): HpaSpec {
  return {
    minReplicas: 1,
    maxReplicas: 1_000,
    metrics: [{ type: "External", target: { type: "AverageValue", milli: 1_000 } }],
    behavior: behavior === null ? null : defaultedBehavior(behavior),
  };
}

/** Returns the reading of a wish; null = an error. */
export function wishReading(wish: number | null): HpaMetricReading {
  return wish === null ? { kind: "error" } : { kind: "values", milli: [Math.round(wish * 1_000)] };
}

/** One HPA over a run of syncs. */
export class ScriptedHpa {
  readonly controller: HpaController;
  replicas: number;
  readonly #spec: HpaSpec;

  constructor(spec: HpaSpec, replicas: number, version = "1.35") {
    this.controller = new HpaController(hpaRelease(version));
    this.#spec = spec;
    this.replicas = replicas;
  }

  /** Syncs once and returns the replicas afterwards; status replicas differ from spec by `extra` (a surge). */
  sync(atSeconds: number, wish: number | null, extra = 0): number {
    const replicas = this.replicas;
    const scaledTo = simulatedSync(this.controller, {
      atSeconds,
      spec: this.#spec,
      workload: {
        specReplicas: replicas,
        statusReplicas: replicas + extra,
        readyPods: replicas,
        podCount: replicas,
        pods: [],
      },
      metrics: [wishReading(wish)],
    });
    this.replicas = scaledTo ?? replicas;
    return this.replicas;
  }

  /** Syncs with each wish in turn, `periodSeconds` apart, and returns the replicas after each. */
  play(wishes: readonly (number | null)[], periodSeconds = 15): readonly number[] {
    return wishes.map((wish, index) => this.sync(index * periodSeconds, wish));
  }
}
