// What a rule is.

import type { IssueSeverity, LintCode } from "../domain/issue.ts";
import type { Found } from "./found.ts";
import type { LintInput } from "./input.ts";

export type Rule = {
  readonly code: LintCode;
  readonly title: string;
  /** `error`: it does not work. `warning`: it works badly, or only sometimes. */
  readonly severity: IssueSeverity;
  /** Whether a file can show it at all. */
  readonly visible: boolean;
  /** Returns what is wrong, in any order. */
  find(input: LintInput): readonly Found[];
};
