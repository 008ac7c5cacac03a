// What can be wrong with a document: a closed list of codes, and an issue with its place.

export type IssueSeverity = "error" | "warning";

/** Every code that `check` can print, with its severity. Explained one by one in docs/ERRORS.md. */
export const ISSUE_SEVERITIES = {
  FILE_TOO_LARGE: "error",
  YAML_SYNTAX: "error",
  YAML_DUPLICATE_KEY: "error",
  YAML_FORBIDDEN: "error",
  MULTIPLE_DOCUMENTS: "error",
  UNKNOWN_KIND: "error",
  UNKNOWN_KEY: "error",
  MISSING_KEY: "error",
  WRONG_TYPE: "error",
  OUT_OF_RANGE: "error",
  BAD_DURATION: "error",
  BAD_QUANTITY: "error",
  BAD_NAME: "error",
  NOT_AVAILABLE: "error",
  BOUNDS: "error",
  ACTIVATION_MISSING: "error",
  ACTIVATION_UNUSED: "error",
  ACTIVATION_UNREADABLE: "error",
  WINDOW_TOO_SHORT: "error",
  TARGET_ABOVE_OBJECTIVE: "error",
  NO_SIGNAL: "error",
  DUPLICATE_POLICY: "error",
  POOL_UNKNOWN: "error",
  POOL_OVERCOMMITTED: "error",
  NO_LOAD_SIGNAL: "warning",
  IN_FLIGHT_SMALL_FLEET: "warning",
  QUEUE_TARGET_BELOW_EXECUTION: "warning",
  COOLDOWN_BELOW_STARTUP: "warning",
  STABILIZATION_BELOW_STARTUP: "warning",
  REPLICAS_FROM_PODS: "warning",
} as const satisfies Record<string, IssueSeverity>;
export type IssueCode = keyof typeof ISSUE_SEVERITIES;

type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
/** A rule of `lint`, TM001 to TM042. Each has a page under docs/lint. */
export type LintCode = `TM0${Digit}${Digit}`;

/** One issue of one file; `line` and `column` count from 1; `path` is dotted, as `spec.replicas.max`. */
export type Issue = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: IssueSeverity;
  readonly code: IssueCode | LintCode;
  readonly path: string;
  readonly message: string;
};

/** Returns the issue as the line that `check` prints. */
export function formatIssue({ file, line, column, severity, code, message }: Issue): string {
  const warning = severity === "warning" ? "warning: " : "";
  return `${file}:${line}:${column}: ${warning}${message} [${code}]`;
}
