// Tunings with one thing wrong, and the whole lines that it must print (without the file's name).

import { type FieldCase, tuningWith, VALID_TUNING } from "./scenario-documents.ts";

const COOLDOWN = "spec.scaleIn.cooldown: { values: [ 0s, 5m ] }";

/** What a tuning can have wrong. */
export const TUNING_FIELD_CASES: readonly FieldCase[] = [
  {
    name: "a range the wrong way round, and values that are no durations",
    text: tuningWith("{ from: 40, to: 80 }", "{ from: 80, to: 40 }").replace("[ 0s, 5m ]", "[ 0, 5x ]"),
    lines: [
      `7:64: spec.space.spec.signals.requestRate.targetPerReplica.to is 40, must be more than from (80) [BOUNDS]`,
      `8:40: spec.space.spec.scaleIn.cooldown.values[0] is 0, must be a duration with a unit, as 500ms, 90s or 1h30m [BAD_DURATION]`,
      `8:43: spec.space.spec.scaleIn.cooldown.values[1] is "5x", must be a duration with a unit, as 500ms, 90s or 1h30m [BAD_DURATION]`,
    ],
  },
  {
    name: "a logarithm of nothing, and a misspelt path",
    text: tuningWith("{ from: 40, to: 80 }", "{ from: 0, to: 40, scale: log }").replace(
      "spec.scaleIn.cooldown",
      "spec.scaleIn.cooldwn",
    ),
    lines: [
      `7:56: spec.space.spec.signals.requestRate.targetPerReplica.from is 0, must be more than 0 with scale log [OUT_OF_RANGE]`,
      `8:5: unknown key "spec.scaleIn.cooldwn"; did you mean "spec.scaleIn.cooldown"? [UNKNOWN_KEY]`,
    ],
  },
  {
    name: "fields that hold no number, one that is not available, and values that no policy may have",
    text: tuningWith(
      COOLDOWN,
      "spec.mode: { values: [ enforce ] }\n    spec.priority: { values: [ 0 ] }\n    spec.replicas.max: { from: 1.5, to: 20000 }\n    spec.cooldown: { values: [ 3 ] }\n    spec.scaleIn.tolerance: { from: 0, to: 2 }\n    spec.startup.expected: { values: [ 3 ] }\n    spec.replicas.min: { values: [ one ] }",
    ),
    lines: [
      `8:16: spec.space.spec.mode cannot be searched: it holds neither a number nor a duration; remove it [WRONG_TYPE]`,
      `9:20: spec.space.spec.priority cannot be searched: it holds neither a number nor a duration; remove it [WRONG_TYPE]`,
      `10:32: spec.space.spec.replicas.max.from is 1.5, must be a whole number [OUT_OF_RANGE]`,
      `10:41: spec.space.spec.replicas.max.to is 20000, must be at most 10000 [OUT_OF_RANGE]`,
      `11:5: unknown key "spec.cooldown"; did you mean "spec.scaleIn.cooldown"? [UNKNOWN_KEY]`,
      `12:44: spec.space.spec.scaleIn.tolerance.to is 2, must be at most 1 [OUT_OF_RANGE]`,
      `13:40: spec.space.spec.startup.expected.values[0] is 3, must be a duration with a unit, as 500ms, 90s or 1h30m [BAD_DURATION]`,
      `14:36: spec.space.spec.replicas.min.values[0] is "one", must be a number [WRONG_TYPE]`,
    ],
  },
  {
    name: "a split beyond the whole",
    text: VALID_TUNING.concat("  split: { train: 0.9 }\n"),
    lines: [`9:10: spec.split sums to 1.3, must sum to 1 [OUT_OF_RANGE]`],
  },
  {
    name: "nothing held out",
    text: VALID_TUNING.concat("  split: { train: 0.8, holdOut: 0 }\n"),
    lines: [`9:33: spec.split.holdOut is 0, must be more than 0 [OUT_OF_RANGE]`],
  },
  {
    name: "half a range, and a range of values",
    text: tuningWith("{ from: 40, to: 80 }", "{ from: 40 }").replace(
      "{ values: [ 0s, 5m ] }",
      "{ from: 1m, values: [ 1m ] }",
    ),
    lines: [
      `7:5: spec.space.spec.signals.requestRate.targetPerReplica lacks the required key "to"; add it [MISSING_KEY]`,
      `8:30: unknown key "from"; did you mean spec.space.*.from? [UNKNOWN_KEY]`,
    ],
  },
  {
    name: "an empty space",
    text: VALID_TUNING.replace(/space:[^]*/, "space: {}\n"),
    lines: [`6:10: spec.space is a mapping, must name 1 to 100 fields of the policy [OUT_OF_RANGE]`],
  },
];
