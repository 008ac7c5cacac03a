// Scenarios of which a workload has one thing wrong, and the whole lines that it must print (without the file's name).

import { type FieldCase, scenarioWith } from "./scenario-documents.ts";

const STREAM = "{ generator: poisson, phases: [ { for: 45s, rate: 36 } ] }";

/** What a workload, a model or its traffic can have wrong. */
export const WORKLOAD_FIELD_CASES: readonly FieldCase[] = [
  {
    name: "spans that are none: a bare number, percentiles the wrong way round, a misspelt one, no time at all",
    text: scenarioWith(
      "initial: 3 }\n",
      "initial: 3 }\n      startup: { scheduling: 5, imagePull: { p50: 10s, p95: 5s }, modelLoad: { p50: 5s, p99: 9s }, readinessProbe: { period: 0s } }\n",
    ),
    lines: [
      `10:30: spec.workloads[0].startup.scheduling is 5, must be a duration with a unit, as 500ms, 90s or 1h30m [BAD_DURATION]`,
      `10:61: spec.workloads[0].startup.imagePull.p95 is "5s", must be at least p50 (10s) [BOUNDS]`,
      `10:67: spec.workloads[0].startup.modelLoad lacks the required key "p95"; add it [MISSING_KEY]`,
      `10:89: unknown key "p99"; did you mean "p95"? [UNKNOWN_KEY]`,
      `10:126: spec.workloads[0].startup.readinessProbe.period is "0s", must be more than 0s to 366d [OUT_OF_RANGE]`,
    ],
  },
  {
    name: "samples that are none",
    text: scenarioWith(
      "initial: 3 }\n",
      "initial: 3 }\n      startup: { scheduling: soon, imagePull: { samples: [] }, modelLoad: { samples: [ 1s, 2 ], p50: 3s } }\n",
    ),
    lines: [
      `10:30: spec.workloads[0].startup.scheduling is "soon", must be a duration with a unit, as 500ms, 90s or 1h30m [BAD_DURATION]`,
      `10:58: spec.workloads[0].startup.imagePull.samples has 0 entries, must have at least 1 [OUT_OF_RANGE]`,
      `10:92: spec.workloads[0].startup.modelLoad.samples[1] is 2, must be a duration with a unit, as 500ms, 90s or 1h30m [BAD_DURATION]`,
      `10:97: unknown key "p50"; known here: samples [UNKNOWN_KEY]`,
    ],
  },
  {
    name: "a generator that there is not",
    text: scenarioWith("generator: poisson", "generator: poison"),
    lines: [
      `14:35: spec.workloads[0].models[0].traffic[0].generator is "poison", must be constant, poisson, gamma, weibull or onoff; did you mean "poisson"? [OUT_OF_RANGE]`,
    ],
  },
  {
    name: "a generator without its parameter",
    text: scenarioWith("generator: poisson", "generator: gamma"),
    lines: [
      `14:22: spec.workloads[0].models[0].traffic[0] lacks the required key "cv"; add it [MISSING_KEY]`,
    ],
  },
  {
    name: "a parameter of another generator",
    text: scenarioWith("generator: poisson", "generator: poisson, cv: 2"),
    lines: [
      `14:44: unknown key "cv"; it does not go with this kind; known here: generator or phases [UNKNOWN_KEY]`,
    ],
  },
  {
    name: "a stream of nothing",
    text: scenarioWith(STREAM, "{}"),
    lines: [
      `14:22: spec.workloads[0].models[0].traffic[0] lacks the required key "generator"; add it [MISSING_KEY]`,
    ],
  },
  {
    name: "a stream both generated and traced",
    text: scenarioWith(
      "{ generator: poisson,",
      "{ trace: { path: a.csv, format: tidemark }, generator: poisson,",
    ),
    lines: [
      `14:24: unknown key "trace"; it does not go with this kind; known here: generator or phases [UNKNOWN_KEY]`,
    ],
  },
  {
    name: "a trace in no known format, of which nothing is kept",
    text: scenarioWith(STREAM, "{ trace: { path: a.csv, format: azure, thin: 0 } }"),
    lines: [
      `14:54: spec.workloads[0].models[0].traffic[0].trace.format is "azure", must be recording, azure-llm, mooncake, servegen, counts-per-second, counts-per-minute or tidemark [OUT_OF_RANGE]`,
      `14:67: spec.workloads[0].models[0].traffic[0].trace.thin is 0, must be more than 0 [OUT_OF_RANGE]`,
    ],
  },
  {
    name: "a trace without a file",
    text: scenarioWith(STREAM, "{ trace: {} }"),
    lines: [
      `14:24: spec.workloads[0].models[0].traffic[0].trace lacks the required key "path"; add it [MISSING_KEY]`,
      `14:24: spec.workloads[0].models[0].traffic[0].trace lacks the required key "format"; add it [MISSING_KEY]`,
    ],
  },
  {
    name: "rates that are none",
    text: scenarioWith(
      "[ { for: 45s, rate: 36 } ]",
      "[ { for: 45, rate: fast }, { for: 1s, rate: [ 1, -2 ] }, { for: 1s, rate: [ 1 ] } ]",
    ),
    lines: [
      `14:61: spec.workloads[0].models[0].traffic[0].phases[0].for is 45, must be a duration with a unit, as 500ms, 90s or 1h30m [BAD_DURATION]`,
      `14:71: spec.workloads[0].models[0].traffic[0].phases[0].rate is "fast", must be a number [WRONG_TYPE]`,
      `14:101: spec.workloads[0].models[0].traffic[0].phases[1].rate[1] is -2, must be at least 0 [OUT_OF_RANGE]`,
      `14:126: spec.workloads[0].models[0].traffic[0].phases[2].rate has 1 entries, must have at least 2 [OUT_OF_RANGE]`,
    ],
  },
  {
    name: "times by something other than batch sizes",
    text: scenarioWith("{ 1: 100ms, 4: 160ms }", "{ 0: 1ms, four: 3ms, 1: 0s }"),
    lines: [
      `13:39: unknown key "0"; did you mean "1"? [UNKNOWN_KEY]`,
      `13:47: unknown key "four"; did you mean "for"? [UNKNOWN_KEY]`,
      `13:61: spec.workloads[0].models[0].service.executionTime.1 is "0s", must be more than 0s to 366d [OUT_OF_RANGE]`,
    ],
  },
  {
    name: "a line without any time",
    text: scenarioWith("{ 1: 100ms, 4: 160ms }", "{ base: 0s, perItem: 0s }"),
    lines: [
      `13:37: spec.workloads[0].models[0].service.executionTime is a mapping, must give 1 to 1000 batch sizes with their times, or base and perItem with a sum above 0s [OUT_OF_RANGE]`,
    ],
  },
  {
    name: "a line and a point at once",
    text: scenarioWith("{ 1: 100ms, 4: 160ms }", "{ base: 1ms, 4: 3ms }"),
    lines: [`13:50: unknown key "4"; known here: base or perItem [UNKNOWN_KEY]`],
  },
  {
    name: "one time for all batches",
    text: scenarioWith("{ 1: 100ms, 4: 160ms }", "100ms"),
    lines: [
      `13:37: spec.workloads[0].models[0].service.executionTime is "100ms", must be a mapping [WRONG_TYPE]`,
    ],
  },
  {
    name: "times that fall until there are none left",
    text: scenarioWith("{ 1: 100ms, 4: 160ms }", "{ 1: 100ms, 2: 40ms }"),
    lines: [
      `13:37: spec.workloads[0].models[0].service.executionTime falls below 0s before a batch of 4; give the time of that batch, too [OUT_OF_RANGE]`,
    ],
  },
  {
    name: "a model without a scheduler",
    text: scenarioWith("          batching: { maxBatchSize: 4 }\n", ""),
    lines: [`11:11: spec.workloads[0].models[0] lacks its scheduler; add batching or engine [MISSING_KEY]`],
  },
  {
    name: "a model with two schedulers",
    text: scenarioWith(
      "batching: { maxBatchSize: 4 }",
      "batching: { maxBatchSize: 4 }\n          engine: { maxConcurrency: 3 }",
    ),
    lines: [`13:11: unknown key "engine"; it does not go with this kind; known here: batching [UNKNOWN_KEY]`],
  },
  {
    name: "shares that do not sum to 1",
    text: scenarioWith("          traffic", "          requestBatch: { 1: 0.5, 4: 0.4 }\n          traffic"),
    lines: [
      `14:25: spec.workloads[0].models[0].requestBatch is a mapping, whose shares sum to 0.9, must sum to 1 [OUT_OF_RANGE]`,
    ],
  },
  {
    name: "batches larger than the largest",
    text: scenarioWith("maxBatchSize: 4 }", "maxBatchSize: 4, preferredBatchSizes: [ 2, 8 ] }").replace(
      "          traffic",
      "          requestBatch: { 1: 0.5, 8: 0.5 }\n          traffic",
    ),
    lines: [
      `12:61: spec.workloads[0].models[0].batching.preferredBatchSizes has 8, must have at most maxBatchSize (4) [OUT_OF_RANGE]`,
      `14:38: spec.workloads[0].models[0].requestBatch.8 is a batch of 8, must be at most maxBatchSize (4) [OUT_OF_RANGE]`,
    ],
  },
  {
    name: "batches for the default scheduler",
    text: scenarioWith("maxBatchSize: 4 }", "maxBatchSize: 0 }").replace(
      "          traffic",
      "          requestBatch: { 2: 1 }\n          traffic",
    ),
    lines: [
      `14:30: spec.workloads[0].models[0].requestBatch.2 is a batch of 2, must be at most 1: with maxBatchSize 0 there is no batch dimension [OUT_OF_RANGE]`,
    ],
  },
];
