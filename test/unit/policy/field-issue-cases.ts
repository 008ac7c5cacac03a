// A document for every code of the YAML and the schema, with the whole line that it must print.

import { added, edited, FILE, type IssueCase, SCRAPE_CONFIGURATION, VALID_POLICY } from "./documents.ts";

/** What one field, or the text itself, has wrong. */
export const FIELD_ISSUE_CASES: readonly IssueCase[] = [
  {
    code: "FILE_TOO_LARGE",
    name: "1 MiB of comments",
    text: `# ${"x".repeat(2 ** 20)}\n`,
    lines: [
      `${FILE}:1:1: document is larger than 262144 bytes (256 KiB), the most that is read; shorten or split it [FILE_TOO_LARGE]`,
    ],
  },
  {
    code: "YAML_SYNTAX",
    name: "a bracket that is never closed",
    text: "apiVersion: tidemark.dev/v1alpha1\nkind: ScalingPolicy\nmetadata: { name: burst\nspec: 1\n",
    lines: [
      `${FILE}:4:1: not valid YAML: Flow map in block collection must be sufficiently indented and end with a } [YAML_SYNTAX]`,
    ],
  },
  {
    code: "YAML_DUPLICATE_KEY",
    name: "a key twice; the rest is checked on",
    text: edited("replicas: { min: 1, max: 8 }", "replicas: { min: 1, max: 8, max: 9 }\n  mode: of"),
    lines: [
      `${FILE}:7:31: key "max" twice in one mapping (first on line 7); remove one of them [YAML_DUPLICATE_KEY]`,
      `${FILE}:8:9: spec.mode is "of", must be enforce, shadow or hold [OUT_OF_RANGE]`,
    ],
  },
  {
    code: "YAML_FORBIDDEN",
    name: "an anchor and its alias",
    text: edited("{ min: 1, max: 8 }", "{ min: &n 1, max: *n }"),
    lines: [
      `${FILE}:7:20: not allowed in a document: anchor; write the value out where it is used [YAML_FORBIDDEN]`,
      `${FILE}:7:31: not allowed in a document: alias; write the value out where it is used [YAML_FORBIDDEN]`,
    ],
  },
  {
    code: "MULTIPLE_DOCUMENTS",
    name: "two documents in one file",
    text: `${VALID_POLICY}---\n${VALID_POLICY}`,
    lines: [`${FILE}:11:1: second document; put each document into a file of its own [MULTIPLE_DOCUMENTS]`],
  },
  {
    code: "UNKNOWN_KIND",
    name: "a misspelt kind",
    text: edited("kind: ScalingPolicy", "kind: ScalePolicy"),
    lines: [
      `${FILE}:2:7: kind is "ScalePolicy", which is unknown; did you mean "ScalingPolicy"? [UNKNOWN_KIND]`,
    ],
  },
  {
    code: "UNKNOWN_KIND",
    name: "another version",
    text: edited("tidemark.dev/v1alpha1", "tidemark.dev/v2"),
    lines: [`${FILE}:1:13: apiVersion is "tidemark.dev/v2", must be tidemark.dev/v1alpha1 [UNKNOWN_KIND]`],
  },
  {
    code: "UNKNOWN_KEY",
    name: "a misspelt key",
    text: added("  scaleIn:\n    cooldwn: 5m\n"),
    lines: [`${FILE}:12:5: unknown key "cooldwn"; did you mean "cooldown"? [UNKNOWN_KEY]`],
  },
  {
    code: "UNKNOWN_KEY",
    name: "a key in the wrong mapping",
    text: added("  percentile: 95\n"),
    lines: [`${FILE}:11:3: unknown key "percentile"; did you mean spec.objective.percentile? [UNKNOWN_KEY]`],
  },
  {
    code: "UNKNOWN_KEY",
    name: "a key like no other",
    text: edited("{ min: 1, max: 8 }", "{ min: 1, max: 8, budgetInDollars: 3 }"),
    lines: [`${FILE}:7:31: unknown key "budgetInDollars"; known here: min or max [UNKNOWN_KEY]`],
  },
  {
    code: "MISSING_KEY",
    name: "a required key",
    text: edited("{ percentile: 99, latency: 500ms }", "{ percentile: 99 }"),
    lines: [`${FILE}:8:3: spec.objective lacks the required key "latency"; add it [MISSING_KEY]`],
  },
  {
    code: "MISSING_KEY",
    name: "a whole mapping, and a signal's target",
    text: edited("  models: [ { name: burst } ]\n", "").replace("{ targetPerReplica: 64 }", "{}"),
    lines: [
      `${FILE}:4:1: spec lacks the required key "models"; add it [MISSING_KEY]`,
      `${FILE}:9:5: spec.signals.requestRate lacks the required key "targetPerReplica"; add it [MISSING_KEY]`,
    ],
  },
  {
    code: "MISSING_KEY",
    name: "a limit without a size",
    text: added("  scaleIn: { limits: [ { per: 1m } ] }\n"),
    lines: [
      `${FILE}:11:24: spec.scaleIn.limits[0] lacks the size of the change; add replicas, percent or both [MISSING_KEY]`,
    ],
  },
  {
    code: "WRONG_TYPE",
    name: "a number in quotes",
    text: edited("max: 8", 'max: "8"'),
    lines: [`${FILE}:7:28: spec.replicas.max is "8", must be a number; remove the quotes [WRONG_TYPE]`],
  },
  {
    code: "WRONG_TYPE",
    name: "numbers that are none",
    text: edited("min: 1, max: 8", "min: .nan, max: 1e999"),
    lines: [
      `${FILE}:7:20: spec.replicas.min is NaN, must be a finite number [WRONG_TYPE]`,
      `${FILE}:7:31: spec.replicas.max is Infinity, must be a finite number [WRONG_TYPE]`,
    ],
  },
  {
    code: "WRONG_TYPE",
    name: "an empty value, at its key",
    text: edited("{ targetPerReplica: 64 }", ""),
    lines: [`${FILE}:10:5: spec.signals.requestRate is empty, must be a mapping [WRONG_TYPE]`],
  },
  {
    code: "OUT_OF_RANGE",
    name: "numbers beyond their bounds",
    text: edited("percentile: 99, latency: 500ms", "percentile: 100, latency: 0s").replace(
      "min: 1",
      "min: 1.5",
    ),
    lines: [
      `${FILE}:7:20: spec.replicas.min is 1.5, must be a whole number [OUT_OF_RANGE]`,
      `${FILE}:8:28: spec.objective.percentile is 100, must be at most 99.99 [OUT_OF_RANGE]`,
      `${FILE}:8:42: spec.objective.latency is "0s", must be 1ms to 366d [OUT_OF_RANGE]`,
    ],
  },
  {
    code: "OUT_OF_RANGE",
    name: "a misspelt choice",
    text: added("  mode: shadwo\n"),
    lines: [
      `${FILE}:11:9: spec.mode is "shadwo", must be enforce, shadow or hold; did you mean "shadow"? [OUT_OF_RANGE]`,
    ],
  },
  {
    code: "BAD_DURATION",
    name: "a bare number, and a blank before the unit",
    text: edited("latency: 500ms", "latency: 500").replace("64 }", "64, window: 1 m }"),
    lines: [
      `${FILE}:8:41: spec.objective.latency is 500, must be a duration with a unit, as 500ms, 90s or 1h30m [BAD_DURATION]`,
      `${FILE}:10:50: spec.signals.requestRate.window is "1 m", must be a duration with a unit, as 500ms, 90s or 1h30m [BAD_DURATION]`,
    ],
  },
  {
    code: "BAD_QUANTITY",
    name: "a size with a foreign unit",
    text: `${SCRAPE_CONFIGURATION}  grpc: { maxMessage: 64KB }\n`,
    lines: [
      `${FILE}:10:23: spec.grpc.maxMessage is "64KB", must be a size, as 65536, 64Ki or 1.5Gi [BAD_QUANTITY]`,
    ],
  },
  {
    code: "BAD_NAME",
    name: "a name in capitals",
    text: edited("name: burst }\nspec", "name: Burst }\nspec"),
    lines: [
      `${FILE}:3:19: metadata.name is "Burst", must be a DNS label: at most 63 of a-z, 0-9 and -, not at either end - [BAD_NAME]`,
    ],
  },
  {
    code: "BAD_NAME",
    name: "one model twice",
    text: edited("[ { name: burst } ]", "[ { name: burst }, { name: burst } ]"),
    lines: [
      `${FILE}:6:38: spec.models[1].name is "burst", the name of another model already (line 6); remove one of them [BAD_NAME]`,
    ],
  },
  {
    code: "NOT_AVAILABLE",
    name: "what later versions bring",
    text: edited("targetPerReplica: 64 }", "targetPerReplica: learned }").concat(
      "  pool: a100\n  priority: 5\n",
    ),
    lines: [
      `${FILE}:11:9: spec.pool is "a100", which is not available yet; remove it [NOT_AVAILABLE]`,
      `${FILE}:12:13: spec.priority is 5, which is not available yet; remove it [NOT_AVAILABLE]`,
    ],
  },
  {
    code: "WRONG_TYPE",
    name: "a load target that is neither a number nor learned: abc",
    text: edited("targetPerReplica: 64 }", "targetPerReplica: abc }"),
    lines: [
      `${FILE}:10:38: spec.signals.requestRate.targetPerReplica is "abc", must be the requests/s of one replica, a number above 0, or learned [WRONG_TYPE]`,
    ],
  },
  {
    code: "WRONG_TYPE",
    name: "a load target that is neither a number nor learned: true",
    text: edited("targetPerReplica: 64 }", "targetPerReplica: true }"),
    lines: [
      `${FILE}:10:38: spec.signals.requestRate.targetPerReplica is true, must be the requests/s of one replica, a number above 0, or learned [WRONG_TYPE]`,
    ],
  },
  {
    code: "OUT_OF_RANGE",
    name: "a load target that is neither a number nor learned: -1",
    text: edited("targetPerReplica: 64 }", "targetPerReplica: -1 }"),
    lines: [
      `${FILE}:10:38: spec.signals.requestRate.targetPerReplica is -1, must be the requests/s of one replica, a number above 0, or learned [OUT_OF_RANGE]`,
    ],
  },
  {
    code: "WRONG_TYPE",
    name: "a load target that is neither a number nor learned: lerned",
    text: edited("targetPerReplica: 64 }", "targetPerReplica: lerned }"),
    lines: [
      `${FILE}:10:38: spec.signals.requestRate.targetPerReplica is "lerned", must be the requests/s of one replica, a number above 0, or learned; did you mean "learned"? [WRONG_TYPE]`,
    ],
  },
  {
    code: "WRONG_TYPE",
    name: "a load target that is neither a number nor learned: 64 in quotes",
    text: edited("targetPerReplica: 64 }", "targetPerReplica: '64' }"),
    lines: [
      `${FILE}:10:38: spec.signals.requestRate.targetPerReplica is "64", must be the requests/s of one replica, a number above 0, or learned; remove the quotes [WRONG_TYPE]`,
    ],
  },
];
