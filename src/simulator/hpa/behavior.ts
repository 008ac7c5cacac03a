// An HPA's `behavior` as the controller reads it: every field that the API server fills in is filled in.

import type { HpaBehavior, HpaScalingRules } from "../../domain/scenario.ts";
import { toleranceOfNumber } from "./quantity.ts";

export type ScalingPolicy = {
  readonly type: "Pods" | "Percent";
  readonly value: number;
  readonly periodSeconds: number;
};

/** The rules of one direction. */
export type ScalingRules = {
  /** Null = the controller's flag (scaling in only). */
  readonly stabilizationWindowSeconds: number | null;
  readonly selectPolicy: "Max" | "Min" | "Disabled";
  readonly policies: readonly ScalingPolicy[];
  /** Null = the controller's flag. */
  readonly tolerance: number | null;
};

export type ScalingBehavior = { readonly scaleUp: ScalingRules; readonly scaleDown: ScalingRules };

const DOUBLE_EACH_SYNC: ScalingPolicy = { type: "Percent", value: 100, periodSeconds: 15 };

const SCALE_UP_DEFAULTS: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [{ type: "Pods", value: 4, periodSeconds: 15 }, DOUBLE_EACH_SYNC],
  tolerance: null,
};

const SCALE_DOWN_DEFAULTS: ScalingRules = {
  stabilizationWindowSeconds: null,
  selectPolicy: "Max",
  policies: [DOUBLE_EACH_SYNC],
  tolerance: null,
};

/** Returns a behavior with the API server's defaults, field by field; a list of policies replaces the whole default list. */
export function defaultedBehavior({ scaleUp, scaleDown }: HpaBehavior): ScalingBehavior {
  return {
    scaleUp: defaulted(scaleUp, SCALE_UP_DEFAULTS),
    scaleDown: defaulted(scaleDown, SCALE_DOWN_DEFAULTS),
  };
}

function defaulted(rules: HpaScalingRules, defaults: ScalingRules): ScalingRules {
  return {
    stabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? defaults.stabilizationWindowSeconds,
    selectPolicy: rules.selectPolicy ?? defaults.selectPolicy,
    policies: rules.policies ?? defaults.policies,
    tolerance: rules.tolerance === null ? null : toleranceOfNumber(rules.tolerance),
  };
}
