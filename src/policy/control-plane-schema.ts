// The strict schema of a scenario's control plane: scrapes, ticks, KEDA and the HPA.

import { z } from "zod";
import type { ControlPlaneScenario, HpaScalingRules } from "../domain/scenario.ts";
import { fieldsIn } from "./described-field.ts";
import { mapping, ratio, refusal, whole } from "./field-schemas.ts";
import { MOST_REPLICAS } from "./policy-schema.ts";
import { SCENARIO_FIELDS } from "./scenario-fields.ts";
import { spanSeconds } from "./span-schemas.ts";

/** The releases whose arithmetic is known. */
const HPA_VERSIONS = ["1.32", "1.35", "1.36", "1.37"] as const;
/** The API server's bounds. */
const LONGEST_PERIOD_SECONDS = 1800;
const LONGEST_WINDOW_SECONDS = 3600;
/** Shorter ones would do nothing but tick. */
const SHORTEST_SECONDS = 0.1;

const field = fieldsIn(SCENARIO_FIELDS, "spec.controlPlane");
const sourceField = fieldsIn(SCENARIO_FIELDS, "spec.controlPlane.source");
const kedaField = fieldsIn(SCENARIO_FIELDS, "spec.controlPlane.keda");
const fallbackField = fieldsIn(SCENARIO_FIELDS, "spec.controlPlane.keda.fallback");
const hpaField = fieldsIn(SCENARIO_FIELDS, "spec.controlPlane.hpa");

const interval = () =>
  spanSeconds().refine((seconds) => seconds >= SHORTEST_SECONDS, {
    error: refusal("OUT_OF_RANGE", "must be at least 100ms"),
  });

const wholeSeconds = (least: number, most: number) =>
  spanSeconds({ orZero: least === 0 }).refine(
    (seconds) => Number.isInteger(seconds) && seconds >= least && seconds <= most,
    { error: refusal("OUT_OF_RANGE", `must be whole seconds, ${least} to ${most}`) },
  );

const source = mapping({
  kind: sourceField("kind", z.enum(["prometheus", "scrape"])),
  scrapeInterval: sourceField("scrapeInterval", interval().optional()),
  scrapePhase: sourceField(
    "scrapePhase",
    z.union([z.literal("random"), spanSeconds({ orZero: true })], {
      error: refusal("OUT_OF_RANGE", 'must be "random" or a duration, as 3s'),
    }),
  ),
  scrapeLoss: sourceField("scrapeLoss", ratio()),
  lag: sourceField("lag", spanSeconds({ orZero: true }).optional()),
});

const keda = mapping({
  pollingInterval: kedaField("pollingInterval", interval()),
  cooldownPeriod: kedaField("cooldownPeriod", spanSeconds({ orZero: true })),
  fallback: kedaField(
    "fallback",
    mapping({
      failureThreshold: fallbackField("failureThreshold", whole(1, 1000)),
      replicas: fallbackField("replicas", whole(0, MOST_REPLICAS)),
    }).nullable(),
  ),
});

const rules = (direction: "scaleUp" | "scaleDown") => {
  const rule = fieldsIn(SCENARIO_FIELDS, `spec.controlPlane.hpa.behavior.${direction}`);
  const policy = fieldsIn(SCENARIO_FIELDS, `spec.controlPlane.hpa.behavior.${direction}.policies[]`);
  return mapping({
    tolerance: rule("tolerance", z.number().min(0).max(1000).nullable()),
    stabilizationWindow: rule("stabilizationWindow", wholeSeconds(0, LONGEST_WINDOW_SECONDS).nullable()),
    selectPolicy: rule("selectPolicy", z.enum(["Max", "Min", "Disabled"]).nullable()),
    policies: rule(
      "policies",
      z
        .array(
          mapping({
            type: policy("type", z.enum(["Pods", "Percent"])),
            value: policy("value", whole(1, 1e6)),
            period: policy("period", wholeSeconds(1, LONGEST_PERIOD_SECONDS)),
          }).transform(({ type, value, period }) => ({ type, value, periodSeconds: period })),
        )
        .min(1)
        .max(100)
        .nullable(),
    ),
  }).transform(
    ({ stabilizationWindow, ...same }): HpaScalingRules => ({
      tolerance: same.tolerance,
      stabilizationWindowSeconds: stabilizationWindow,
      selectPolicy: same.selectPolicy,
      policies: same.policies,
    }),
  );
};

const behaviorField = fieldsIn(SCENARIO_FIELDS, "spec.controlPlane.hpa.behavior");

const hpa = mapping({
  version: hpaField("version", z.enum(HPA_VERSIONS)),
  syncPeriod: hpaField("syncPeriod", interval()),
  syncJitter: hpaField("syncJitter", spanSeconds({ orZero: true })),
  behavior: hpaField(
    "behavior",
    mapping({
      scaleUp: behaviorField("scaleUp", rules("scaleUp")),
      scaleDown: behaviorField("scaleDown", rules("scaleDown")),
    }).nullable(),
  ),
});

/** Intervals where none are given, as in the service's configuration. */
const PACES = {
  prometheus: { scrapeInterval: 15, lag: 2, tick: 15 },
  scrape: { scrapeInterval: 1, lag: 0, tick: 1 },
} as const;

/** The whole section. */
export const controlPlane = mapping({
  source: field("source", source),
  tick: field(
    "tick",
    mapping({
      interval: fieldsIn(SCENARIO_FIELDS, "spec.controlPlane.tick")("interval", interval().optional()),
    }),
  ),
  actuation: field("actuation", z.enum(["keda", "autoscale", "immediate"])),
  keda: field("keda", keda),
  hpa: field("hpa", hpa),
}).transform(({ source: read, tick, actuation, keda: scaledObject, hpa: controller }) => {
  const pace = PACES[read.kind];
  return {
    source: {
      kind: read.kind,
      scrapeIntervalSeconds: read.scrapeInterval ?? pace.scrapeInterval,
      scrapePhaseSeconds: read.scrapePhase === "random" ? null : read.scrapePhase,
      scrapeLossRatio: read.scrapeLoss,
      lagSeconds: read.lag ?? pace.lag,
    },
    tickIntervalSeconds: tick.interval ?? pace.tick,
    actuation,
    keda: {
      pollingIntervalSeconds: scaledObject.pollingInterval,
      cooldownPeriodSeconds: scaledObject.cooldownPeriod,
      fallback: scaledObject.fallback,
    },
    hpa: {
      version: controller.version,
      syncPeriodSeconds: controller.syncPeriod,
      syncJitterSeconds: controller.syncJitter,
      behavior: controller.behavior,
    },
  } satisfies ControlPlaneScenario;
});
