// Scenarios with one thing wrong beside their workloads, and the whole lines that it must print (without the file's name).

import { type FieldCase, scenarioWith, VALID_SCENARIO } from "./scenario-documents.ts";

/** What the rest of a scenario can have wrong. */
export const SCENARIO_FIELD_CASES: readonly FieldCase[] = [
  {
    name: "candidates that are none",
    text: scenarioWith(
      "- { name: fixed-3, baseline: static, replicas: 3 }",
      "- { name: a, baseline: statik }\n    - { name: b, baseline: keda-prometheus, queueThreshold: 500, cooldown: 3s }\n    - { name: c }\n    - { name: d, baseline: static }",
    ),
    lines: [
      `17:28: spec.candidates[1].baseline is "statik", must be static, keda-prometheus, keda-corrected, hpa-queue-compute, hpa-request-rate, knative, watermark, delayed-off or clairvoyant; did you mean "static"? [OUT_OF_RANGE]`,
      `18:61: spec.candidates[2].queueThreshold is 500, must be a duration with a unit, as 500ms, 90s or 1h30m [BAD_DURATION]`,
      `18:66: unknown key "cooldown"; known here: name, baseline, pendingThreshold, queueThreshold, rateThreshold, minReplicas or maxReplicas [UNKNOWN_KEY]`,
      `19:7: spec.candidates[3] lacks the required key "policies"; add it [MISSING_KEY]`,
      `20:7: spec.candidates[4] lacks the required key "replicas"; add it [MISSING_KEY]`,
    ],
  },
  {
    name: "candidates with one name, without a target or with two, with marks the wrong way round",
    text: scenarioWith(
      "- { name: fixed-3, baseline: static, replicas: 3 }",
      "- { name: ours, baseline: static, replicas: 1 }\n    - { name: a, baseline: knative }\n    - { name: b, baseline: watermark, high: 3, low: 5 }\n    - { name: c, baseline: knative, concurrency: 3, targetPerReplica: 5 }",
    ),
    lines: [
      `17:15: spec.candidates[1].name is "ours", the name of another candidate already (line 16); rename one of them [BAD_NAME]`,
      `18:7: spec.candidates[2] lacks its target; add targetPerReplica or concurrency [MISSING_KEY]`,
      `19:45: spec.candidates[3].high is 3, must be at least low (5) [BOUNDS]`,
      `20:7: spec.candidates[4] has two targets; remove targetPerReplica or concurrency [UNKNOWN_KEY]`,
    ],
  },
  {
    name: "a first candidate that is not ours",
    text: scenarioWith("    - { name: ours, policies: [ ../policies/burst.yaml ] }\n", ""),
    lines: [
      `16:34: spec.candidates[0].baseline is "static", but the first candidate is ours; give it policies, and this one a later place [OUT_OF_RANGE]`,
    ],
  },
  {
    name: "no candidates",
    text: scenarioWith(
      "  candidates:\n    - { name: ours, policies: [ ../policies/burst.yaml ] }\n    - { name: fixed-3, baseline: static, replicas: 3 }\n",
      "  candidates: []\n",
    ),
    lines: [`15:15: spec.candidates has 0 entries, must have at least 1 [OUT_OF_RANGE]`],
  },
  {
    name: "an expectation in percent",
    text: VALID_SCENARIO.concat("  expect: [ { candidate: ours, attainmentRatioMin: 99 } ]\n"),
    lines: [`18:52: spec.expect[0].attainmentRatioMin is 99, must be at most 1 [OUT_OF_RANGE]`],
  },
  {
    name: "an expectation of nobody, and one of nothing",
    text: VALID_SCENARIO.concat(
      "  expect: [ { candidate: our, attainmentRatioMin: 0.99 }, { candidate: fixed-3 } ]\n",
    ),
    lines: [
      `18:26: spec.expect[0].candidate is "our", which is unknown; did you mean "ours"? [BAD_NAME]`,
      `18:59: spec.expect[1] asks for nothing; add a bound, as attainmentRatioMin [MISSING_KEY]`,
    ],
  },
  {
    name: "faults that are none, of no length, and of a length that cannot be",
    text: VALID_SCENARIO.concat(
      "  faults: [ { at: 1m, kind: outage }, { at: 1m, kind: metrics-outage }, { at: 1m, for: 1m, kind: replica-crash } ]\n",
    ),
    lines: [
      `18:29: spec.faults[0].kind is "outage", must be metrics-outage, scrape-loss, replica-crash, no-capacity, slow-start, slow-model or scaler-restart [OUT_OF_RANGE]`,
      `18:39: spec.faults[1] lacks the required key "for"; add it [MISSING_KEY]`,
      `18:83: unknown key "for"; it does not go with this kind; known here: kind, at or count [UNKNOWN_KEY]`,
    ],
  },
  {
    name: "a fault after the end, and one of an unknown model",
    text: VALID_SCENARIO.concat(
      "  faults: [ { at: 40m, kind: scaler-restart }, { at: 1s, for: 1s, kind: slow-model, factor: 2, model: x } ]\n",
    ),
    lines: [
      `18:19: spec.faults[0].at is 2400s, must be less than spec.duration (1800s, line 5) [OUT_OF_RANGE]`,
      `18:103: spec.faults[1].model is "x", which is unknown; must be burst [BAD_NAME]`,
    ],
  },
  {
    name: "a warm-up to the very end, and one seed twice",
    text: VALID_SCENARIO.concat("  warmup: 30m\n  seeds: [ 1, 2, 1 ]\n"),
    lines: [
      `18:11: spec.warmup is 1800s, must be less than spec.duration (1800s, line 5) [OUT_OF_RANGE]`,
      `19:18: spec.seeds[2] is 1, which is there already; remove it [OUT_OF_RANGE]`,
    ],
  },
  {
    name: "a version that is a number, and a phase that is none",
    text: VALID_SCENARIO.concat(
      "  controlPlane: { hpa: { version: 1.35 }, source: { scrapePhase: randm } }\n",
    ),
    lines: [
      `18:35: spec.controlPlane.hpa.version is 1.35, must be 1.32, 1.35, 1.36 or 1.37 [WRONG_TYPE]`,
      `18:66: spec.controlPlane.source.scrapePhase is "randm", must be "random" or a duration, as 3s [OUT_OF_RANGE]`,
    ],
  },
  {
    name: "an HPA that no API server would take",
    text: VALID_SCENARIO.concat(
      '  controlPlane: { hpa: { version: "1.30", syncPeriod: 10ms, behavior: { scaleUp: { tolerance: 0, stabilizationWindow: 2h, policies: [ { type: Pod, value: 1, period: 1.5s } ] } } } }\n',
    ),
    lines: [
      `18:35: spec.controlPlane.hpa.version is "1.30", must be 1.32, 1.35, 1.36 or 1.37; did you mean "1.32"? [OUT_OF_RANGE]`,
      `18:55: spec.controlPlane.hpa.syncPeriod is "10ms", must be at least 100ms [OUT_OF_RANGE]`,
      `18:119: spec.controlPlane.hpa.behavior.scaleUp.stabilizationWindow is "2h", must be whole seconds, 0 to 3600 [OUT_OF_RANGE]`,
      `18:143: spec.controlPlane.hpa.behavior.scaleUp.policies[0].type is "Pod", must be Pods or Percent; did you mean "Pods"? [OUT_OF_RANGE]`,
      `18:166: spec.controlPlane.hpa.behavior.scaleUp.policies[0].period is "1.5s", must be whole seconds, 1 to 1800 [OUT_OF_RANGE]`,
    ],
  },
  {
    name: "one model twice",
    text: scenarioWith(
      "        - name: burst\n",
      "        - name: burst\n          engine: { maxConcurrency: 1 }\n          service: { executionTime: { 1: 1ms } }\n          traffic: []\n        - name: burst\n",
    ),
    lines: [
      `15:17: spec.workloads[0].models[1].name is "burst", the name of another model of it already (line 11); rename one of them [BAD_NAME]`,
    ],
  },
  {
    name: "upper bounds below lower ones",
    text: scenarioWith(
      "initial: 3 }\n",
      "initial: 3 }\n      gpuMemory: { total: 40Gi, used: 80Gi }\n",
    ).concat("  cluster: { pools: [ { name: a, nodes: { initial: 8, max: 4 } } ] }\n"),
    lines: [
      `10:39: spec.workloads[0].gpuMemory.used is "80Gi", must be at most total (40Gi) [BOUNDS]`,
      `19:60: spec.cluster.pools[0].nodes.max is 4, must be at least initial (8) [BOUNDS]`,
    ],
  },
  {
    name: "misspelt keys",
    text: scenarioWith("initial: 3", "inital: 3").concat("  faluts: []\n"),
    lines: [
      `9:7: spec.workloads[0].replicas lacks the required key "initial"; add it [MISSING_KEY]`,
      `9:19: unknown key "inital"; did you mean "initial"? [UNKNOWN_KEY]`,
      `18:3: unknown key "faluts"; did you mean "faults"? [UNKNOWN_KEY]`,
    ],
  },
];
