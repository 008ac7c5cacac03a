// A document for every code that `check` can print, with the whole line that it must print.

import { CUSTOM_ISSUE_CASES } from "./custom-issue-cases.ts";
import {
  added,
  edited,
  FILE,
  type IssueCase,
  prometheusWith,
  RECORDING_CONFIGURATION,
  SCRAPE_CONFIGURATION,
  VALID_POLICY,
} from "./documents.ts";
import { FIELD_ISSUE_CASES } from "./field-issue-cases.ts";
import { SCENARIO_ISSUE_CASES } from "./scenario-issue-cases.ts";

const LOAD = "    requestRate: { targetPerReplica: 64 }\n";

/** Cases for all codes, those of single fields first. */
export const ISSUE_CASES: readonly IssueCase[] = [
  ...FIELD_ISSUE_CASES,
  ...CUSTOM_ISSUE_CASES,
  ...SCENARIO_ISSUE_CASES,
  {
    code: "BOUNDS",
    name: "a maximum below the minimum, and a guard the wrong way round",
    text: edited("min: 1, max: 8", "min: 3, max: 1").concat("    gpuMemory: { blockScaleInAbove: 0.98 }\n"),
    lines: [
      `${FILE}:7:28: spec.replicas.max is 1, must be at least spec.replicas.min (3, line 7) [BOUNDS]`,
      `${FILE}:11:5: spec.signals.gpuMemory.criticalAbove is 0.97, must be at least spec.signals.gpuMemory.blockScaleInAbove (0.98, line 11) [BOUNDS]`,
    ],
  },
  {
    code: "ACTIVATION_MISSING",
    name: "zero replicas without a way to wake",
    text: edited("min: 1", "min: 0"),
    lines: [
      `${FILE}:7:20: spec.replicas.min is 0, so spec.activation is required: without metrics of its own only a query from outside can wake it [ACTIVATION_MISSING]`,
    ],
  },
  {
    code: "ACTIVATION_UNUSED",
    name: "a way to wake what never sleeps",
    text: edited("min: 1, ", "").concat("  activation: { query: up }\n"),
    lines: [
      `${FILE}:11:15: spec.activation is given, must not be with spec.replicas.min (1, the default); remove it or set the minimum to 0 [ACTIVATION_UNUSED]`,
    ],
  },
  {
    code: "ACTIVATION_UNREADABLE",
    name: "a query that the source cannot run",
    text: edited("min: 1", "min: 0").concat("  activation: { query: up }\n"),
    config: SCRAPE_CONFIGURATION,
    lines: [
      `${FILE}:11:24: spec.activation.query cannot be read: a source of kind "scrape" runs no queries; set spec.replicas.min to 1 or more and remove spec.activation [ACTIVATION_UNREADABLE]`,
    ],
  },
  {
    code: "ACTIVATION_UNREADABLE",
    name: "a query that Prometheus runs for replicas that are counted by pods",
    text: edited("min: 1", "min: 0").concat("  activation: { query: up }\n"),
    config: prometheusWith("replicas: pods"),
    lines: [
      `${FILE}:11:24: spec.activation.query cannot be read: counting pods never shows that there are none; set spec.replicas.min to 1 or more and remove spec.activation [ACTIVATION_UNREADABLE]`,
      'config.yaml:7:71: warning: spec.source.prometheus.replicas is "pods": replicas are counted from the pods seen, which misses those that do not answer yet [REPLICAS_FROM_PODS]',
    ],
  },
  {
    code: "WINDOW_TOO_SHORT",
    name: "windows of four seconds with a Prometheus that scrapes each 15 s",
    text: edited("64 }", "64, window: 59s }"),
    config: prometheusWith(""),
    lines: [
      `${FILE}:10:50: spec.signals.requestRate.window is 59s, must be at least 4 scrape intervals of the source (4 × 15s); lengthen it [WINDOW_TOO_SHORT]`,
    ],
  },
  {
    code: "WINDOW_TOO_SHORT",
    name: "windows that hold too few scrapes",
    text: edited("64 }", "64, window: 3s }").concat(
      "    pendingRequests: { targetPerReplica: 8, window: 500ms }\n    inFlight: { targetPerReplica: 6, window: 4s }\n  missingData: { maxAge: 3s }\n",
    ),
    config: SCRAPE_CONFIGURATION,
    lines: [
      `${FILE}:10:50: spec.signals.requestRate.window is 3s, must be at least 4 scrape intervals of the source (4 × 1s); lengthen it [WINDOW_TOO_SHORT]`,
      `${FILE}:11:53: spec.signals.pendingRequests.window is 500ms, must be at least 1 scrape interval of the source (1 × 1s); lengthen it [WINDOW_TOO_SHORT]`,
      `${FILE}:13:26: spec.missingData.maxAge is 3s, must be at least 4 scrape intervals of the source (4 × 1s); lengthen it [WINDOW_TOO_SHORT]`,
    ],
  },
  {
    code: "TARGET_ABOVE_OBJECTIVE",
    name: "targets that miss the objective when they are met",
    text: added("    latency: { target: 800ms }\n    queueDuration: { target: 501ms }\n"),
    lines: [
      `${FILE}:11:24: spec.signals.latency.target is 800ms, must be at most spec.objective.latency (500ms, line 8) [TARGET_ABOVE_OBJECTIVE]`,
      `${FILE}:12:30: spec.signals.queueDuration.target is 501ms, must be at most spec.objective.latency (500ms, line 8) [TARGET_ABOVE_OBJECTIVE]`,
    ],
  },
  {
    code: "NO_SIGNAL",
    name: "a guard alone",
    text: edited(LOAD, "    gpuMemory: {}\n"),
    lines: [
      `${FILE}:9:3: spec.signals has gpuMemory alone, which never raises; declare at least one other signal, as requestRate [NO_SIGNAL]`,
    ],
  },
  {
    code: "NO_LOAD_SIGNAL",
    name: "quality alone",
    text: edited(LOAD, "    latency: {}\n"),
    lines: [
      `${FILE}:9:3: warning: spec.signals has no load signal: until capacity is learned, scale-in is tried one replica at a time; declare requestRate, as with targetPerReplica: learned [NO_LOAD_SIGNAL]`,
    ],
  },
  {
    code: "IN_FLIGHT_SMALL_FLEET",
    name: "in-flight requests alone in a small fleet",
    text: edited(LOAD, "    inFlight: { targetPerReplica: 6 }\n").replace("max: 8", "max: 7"),
    lines: [
      `${FILE}:10:15: warning: spec.signals.inFlight is the only load signal with spec.replicas.max (7, line 7): below 8 replicas it swings under bursts; declare requestRate [IN_FLIGHT_SMALL_FLEET]`,
    ],
  },
  {
    code: "COOLDOWN_BELOW_STARTUP",
    name: "a cooldown that ends before the start does",
    text: added("  scaleIn: { cooldown: 1m }\n"),
    lines: [
      `${FILE}:11:24: warning: spec.scaleIn.cooldown is 1m, shorter than spec.startup.expected (3m, the default): replicas may go before they have served; lengthen it [COOLDOWN_BELOW_STARTUP]`,
    ],
  },
  {
    code: "STABILIZATION_BELOW_STARTUP",
    name: "a slow start and the default window, which stands nowhere",
    text: added("  startup: { expected: 6m }\n  scaleIn: { cooldown: 6m }\n"),
    lines: [
      `${FILE}:12:3: warning: spec.scaleIn.stabilizationWindow is 5m, shorter than spec.startup.expected (6m, line 11): replicas may go before they have served; lengthen it [STABILIZATION_BELOW_STARTUP]`,
    ],
  },
  {
    code: "REPLICAS_FROM_PODS",
    name: "a recording counts pods",
    text: VALID_POLICY,
    config: RECORDING_CONFIGURATION,
    lines: [
      'config.yaml:6:11: warning: spec.source.kind is "recording": replicas are counted from the pods seen, which misses those that do not answer yet [REPLICAS_FROM_PODS]',
    ],
  },
];
