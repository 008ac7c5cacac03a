// The part of the table of scenario fields that describes what stands between metrics and replicas.

import type { FieldEntry } from "./field-entry.ts";

const SCALING_RULES = {
  tolerance: {
    meaning: "Share around the target at which nothing happens; null = absent: the controller's 0.1.",
    default: null,
    why: "Absent, as in a manifest.",
  },
  stabilizationWindow: {
    meaning: "Null = absent: none going up, 5 min going down.",
    default: null,
    why: "Absent, as in a manifest.",
  },
  selectPolicy: {
    meaning: "`Max`, `Min` or `Disabled`; null = absent: `Max`.",
    default: null,
    why: "Absent, as in a manifest.",
  },
  policies: {
    meaning:
      "Largest changes per period; null = absent: 100 % or 4 pods per 15 s going up, 100 % per 15 s going down.",
    default: null,
    why: "Absent, as in a manifest.",
  },
  type: { meaning: "`Pods` or `Percent`.", why: "Required." },
  value: { meaning: "How many, or how much percent.", why: "Required." },
  period: { meaning: "In how long: whole seconds, at most 30 min.", why: "Required." },
} as const satisfies Record<string, FieldEntry>;

/** The fields of the control plane by their path. */
export const CONTROL_PLANE_FIELDS = {
  "spec.controlPlane": {
    meaning: "What stands between the servers' metrics and the number of replicas.",
    default: {},
    why: "See its fields.",
  },
  "spec.controlPlane.source": {
    meaning: "How metrics come to the scaler.",
    default: {},
    why: "See its fields.",
  },
  "spec.controlPlane.source.kind": {
    meaning: "`prometheus` (it scrapes, the scaler asks it) or `scrape` (the scaler scrapes).",
    default: "prometheus",
    why: "What most clusters have.",
  },
  "spec.controlPlane.source.scrapeInterval": {
    meaning: "Time between two scrapes of a pod.",
    computed: "15s; 1s with kind scrape",
    why: "As in the service's configuration.",
  },
  "spec.controlPlane.source.scrapePhase": {
    meaning: "`random` (each pod its own) or how long after each multiple of the interval all are scraped.",
    default: "random",
    why: "As Prometheus does.",
  },
  "spec.controlPlane.source.scrapeLoss": {
    meaning: "Share of scrapes that fail.",
    default: 0,
    why: "A healthy network.",
  },
  "spec.controlPlane.source.lag": {
    meaning: "How old what the scaler reads is: sources are read at tick − lag.",
    computed: "2s; 0s with kind scrape",
    why: "As in the service's configuration.",
  },
  "spec.controlPlane.tick": { meaning: "The scaler's ticks.", default: {}, why: "See its field." },
  "spec.controlPlane.tick.interval": {
    meaning: "Time between two ticks.",
    computed: "15s; 1s with kind scrape",
    why: "As in the service's configuration.",
  },
  "spec.controlPlane.actuation": {
    meaning:
      "How a decision becomes replicas: `keda` (polling, then the HPA), `autoscale` (the scaler writes the scale itself) or `immediate` (without any delay).",
    default: "keda",
    why: "What runs in clusters.",
  },
  "spec.controlPlane.keda": { meaning: "The ScaledObject.", default: {}, why: "See its fields." },
  "spec.controlPlane.keda.pollingInterval": {
    meaning: "Time between two looks whether the workload is active.",
    default: "30s",
    why: "KEDA's.",
  },
  "spec.controlPlane.keda.cooldownPeriod": {
    meaning: "Inactive for this long before it goes to zero.",
    default: "5m",
    why: "KEDA's.",
  },
  "spec.controlPlane.keda.fallback": {
    meaning: "The count while the scaler does not answer; null = none.",
    default: null,
    why: "KEDA's.",
  },
  "spec.controlPlane.keda.fallback.failureThreshold": {
    meaning: "Failures in a row before it counts.",
    why: "Required.",
  },
  "spec.controlPlane.keda.fallback.replicas": { meaning: "The count.", why: "Required." },
  "spec.controlPlane.hpa": {
    meaning: "The HorizontalPodAutoscaler that KEDA makes, and its controller.",
    default: {},
    why: "See its fields.",
  },
  "spec.controlPlane.hpa.version": {
    meaning: "The release of Kubernetes whose arithmetic is followed: 1.32, 1.35, 1.36 or 1.37, in quotes.",
    default: "1.35",
    why: "The first with tolerances that manifests can set by default.",
  },
  "spec.controlPlane.hpa.syncPeriod": {
    meaning: "Time between two syncs of one HPA.",
    default: "15s",
    why: "The controller's.",
  },
  "spec.controlPlane.hpa.syncJitter": {
    meaning: "A sync comes up to this much later, drawn each time.",
    default: "0s",
    why: "A controller with little to do.",
  },
  "spec.controlPlane.hpa.behavior": {
    meaning: "The HPA's `behavior`; null = absent: the controller's older path.",
    default: { scaleUp: { tolerance: 0 }, scaleDown: { tolerance: 0 } },
    why: "What Tidemark's manifests say: it has decided, the HPA only carries out.",
  },
  "spec.controlPlane.hpa.behavior.scaleUp": {
    meaning: "Going up.",
    default: {},
    why: "Every field absent.",
  },
  "spec.controlPlane.hpa.behavior.scaleUp.tolerance": SCALING_RULES.tolerance,
  "spec.controlPlane.hpa.behavior.scaleUp.stabilizationWindow": SCALING_RULES.stabilizationWindow,
  "spec.controlPlane.hpa.behavior.scaleUp.selectPolicy": SCALING_RULES.selectPolicy,
  "spec.controlPlane.hpa.behavior.scaleUp.policies": SCALING_RULES.policies,
  "spec.controlPlane.hpa.behavior.scaleUp.policies[].type": SCALING_RULES.type,
  "spec.controlPlane.hpa.behavior.scaleUp.policies[].value": SCALING_RULES.value,
  "spec.controlPlane.hpa.behavior.scaleUp.policies[].period": SCALING_RULES.period,
  "spec.controlPlane.hpa.behavior.scaleDown": {
    meaning: "Going down.",
    default: {},
    why: "Every field absent.",
  },
  "spec.controlPlane.hpa.behavior.scaleDown.tolerance": SCALING_RULES.tolerance,
  "spec.controlPlane.hpa.behavior.scaleDown.stabilizationWindow": SCALING_RULES.stabilizationWindow,
  "spec.controlPlane.hpa.behavior.scaleDown.selectPolicy": SCALING_RULES.selectPolicy,
  "spec.controlPlane.hpa.behavior.scaleDown.policies": SCALING_RULES.policies,
  "spec.controlPlane.hpa.behavior.scaleDown.policies[].type": SCALING_RULES.type,
  "spec.controlPlane.hpa.behavior.scaleDown.policies[].value": SCALING_RULES.value,
  "spec.controlPlane.hpa.behavior.scaleDown.policies[].period": SCALING_RULES.period,
} as const satisfies Record<string, FieldEntry>;
