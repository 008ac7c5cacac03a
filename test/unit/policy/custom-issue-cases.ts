// Custom signals with mistakes, and the whole lines that `check` must print.

import {
  added,
  edited,
  FILE,
  type IssueCase,
  prometheusWith,
  RECORDING_CONFIGURATION,
  SCRAPE_CONFIGURATION,
} from "./documents.ts";

const LOAD = "    requestRate: { targetPerReplica: 64 }\n";
const TOKENS = "      - { name: tokens, query: sum(tokens), kind: load, targetPerReplica: 900 }\n";
const FIRST_TOKEN = "      - { name: first-token, query: p99, kind: quality, target: 0.5 }\n";

/** Returns the section with these signals. */
function custom(...signals: readonly string[]): string {
  return `    custom:\n${signals.join("")}`;
}

/** Cases of custom signals, by code. */
export const CUSTOM_ISSUE_CASES: readonly IssueCase[] = [
  {
    code: "BAD_NAME",
    name: "names that are no DNS label, built in, or taken",
    text: added(
      custom(
        TOKENS,
        TOKENS.replace("tokens,", "requestRate,"),
        TOKENS.replace("tokens,", "latency,"),
        TOKENS,
      ),
    ),
    lines: [
      `${FILE}:13:17: spec.signals.custom[1].name is "requestRate", must be a DNS label: at most 63 of a-z, 0-9 and -, not at either end - [BAD_NAME]`,
      `${FILE}:14:17: spec.signals.custom[2].name is "latency", the name of a built-in signal; rename it [BAD_NAME]`,
      `${FILE}:15:17: spec.signals.custom[3].name is "tokens", the name of another custom signal already (line 12); rename it [BAD_NAME]`,
    ],
  },
  {
    code: "UNKNOWN_KEY",
    name: "the target of another kind",
    text: added(custom(TOKENS.replace("targetPerReplica", "target"))),
    lines: [
      `${FILE}:12:9: spec.signals.custom[0] lacks the required key "targetPerReplica"; add it [MISSING_KEY]`,
      `${FILE}:12:57: unknown key "target"; it does not go with this kind; known here: name, query, kind, targetPerReplica, window or required [UNKNOWN_KEY]`,
    ],
  },
  {
    code: "OUT_OF_RANGE",
    name: "a kind that there is not, and queries that are none",
    text: added(
      custom(
        TOKENS.replace("kind: load", "kind: gauge"),
        TOKENS.replace("tokens,", "empty,").replace("sum(tokens)", '""'),
        TOKENS.replace("tokens,", "blank,").replace("sum(tokens)", '"  "'),
        TOKENS.replace("tokens,", "long,").replace("sum(tokens)", `"${"x".repeat(4097)}"`),
      ),
    ),
    lines: [
      `${FILE}:12:51: spec.signals.custom[0].kind is "gauge", must be load, backlog or quality [OUT_OF_RANGE]`,
      `${FILE}:13:31: spec.signals.custom[1].query has 0 characters, must have at least 1 [OUT_OF_RANGE]`,
      `${FILE}:14:31: spec.signals.custom[2].query is "  ", must be a query [OUT_OF_RANGE]`,
      `${FILE}:15:30: spec.signals.custom[3].query has 4097 characters, must have at most 4096 [OUT_OF_RANGE]`,
    ],
  },
  {
    code: "MISSING_KEY",
    name: "a signal that does not say what it is",
    text: added(custom("      - { name: tokens, query: sum(tokens), targetPerReplica: 900 }\n")),
    lines: [`${FILE}:12:9: spec.signals.custom[0] lacks the required key "kind"; add it [MISSING_KEY]`],
  },
  {
    code: "NOT_AVAILABLE",
    name: "a query for a source that runs none",
    text: added(custom(TOKENS)),
    config: SCRAPE_CONFIGURATION,
    lines: [
      `${FILE}:12:32: spec.signals.custom[0].query is not available from a source of kind "scrape", which runs no queries; remove the signal or read from Prometheus [NOT_AVAILABLE]`,
    ],
  },
  {
    code: "WINDOW_TOO_SHORT",
    name: "windows that hold too few results of a query",
    text: added(
      custom(
        TOKENS.replace("900", "900, window: 59s"),
        FIRST_TOKEN.replace("0.5", "0.5, window: 30s"),
        "      - { name: queue, query: q, kind: backlog, targetPerReplica: 5, window: 14s }\n",
      ),
    ),
    config: prometheusWith("scrapeInterval: 5s"),
    lines: [
      `${FILE}:12:88: spec.signals.custom[0].window is 59s, must be at least 4 tick intervals (4 × 15s); lengthen it [WINDOW_TOO_SHORT]`,
      `${FILE}:13:78: spec.signals.custom[1].window is 30s, must be at least 4 tick intervals (4 × 15s); lengthen it [WINDOW_TOO_SHORT]`,
      `${FILE}:14:78: spec.signals.custom[2].window is 14s, must be at least 1 tick interval (1 × 15s); lengthen it [WINDOW_TOO_SHORT]`,
    ],
  },
  {
    code: "WINDOW_TOO_SHORT",
    name: "a query's window with a Prometheus that scrapes less often than we tick",
    text: added(`${custom(TOKENS)}  missingData: { maxAge: 2m }\n`).replace(
      "targetPerReplica: 64",
      "targetPerReplica: 64, window: 2m",
    ),
    config: prometheusWith("scrapeInterval: 30s"),
    lines: [
      `${FILE}:12:9: spec.signals.custom[0].window is 1m, must be at least 4 scrape intervals of the source (4 × 30s); lengthen it [WINDOW_TOO_SHORT]`,
    ],
  },
  {
    code: "NO_SIGNAL",
    name: "an empty list of custom signals",
    text: edited(LOAD, "    custom: []\n"),
    lines: [
      `${FILE}:9:3: spec.signals is empty; declare at least one other signal, as requestRate [NO_SIGNAL]`,
    ],
  },
  {
    code: "NO_LOAD_SIGNAL",
    name: "a custom quality signal alone",
    text: edited(LOAD, custom(FIRST_TOKEN)),
    lines: [
      `${FILE}:9:3: warning: spec.signals has no load signal: until capacity is learned, scale-in is tried one replica at a time; declare requestRate, as with targetPerReplica: learned [NO_LOAD_SIGNAL]`,
    ],
  },
];

/** Policies with custom signals that have nothing wrong with them. */
export const VALID_CUSTOM: readonly Pick<IssueCase, "name" | "text" | "config">[] = [
  { name: "a custom load alone", text: edited(LOAD, custom(TOKENS)) },
  {
    name: "a custom load beside inFlight in a small fleet",
    text: edited(LOAD, `    inFlight: { targetPerReplica: 6 }\n${custom(TOKENS)}`).replace(
      "max: 8",
      "max: 7",
    ),
  },
  {
    name: "windows that just hold enough",
    text: added(custom(TOKENS, FIRST_TOKEN)),
    config: prometheusWith(""),
  },
  {
    name: "a recording, which may hold results",
    text: added(custom(TOKENS)),
    config: RECORDING_CONFIGURATION,
  },
].map((valid) => ({ config: prometheusWith(""), ...valid }));
