// Puts policy files in force while the service runs, and says what became of them.

import type { Registry } from "../control/registry.ts";
import { formatIssue } from "../domain/issue.ts";
import type { PolicySet } from "../domain/policy-set.ts";
import type { Instant } from "../domain/units.ts";
import type { Logger } from "../ports/logger.ts";
import type { Telemetry } from "../ports/telemetry.ts";

type Reporting = { readonly logger: Logger; readonly telemetry: Telemetry };

export type Reload = Reporting & {
  readonly registry: Registry;
  readonly set: PolicySet;
  readonly at: Instant;
};

/** Applies a new reading: edits count from the next tick, a rejected file leaves its last good version in force. */
export function applyReload({ registry, set, at, ...reporting }: Reload): void {
  const { added, edited, deleted } = registry.apply(set.policies, { rejected: set.rejected, at });
  const { logger } = reporting;
  logger.info({ added, edited, deleted, rejected: set.rejected.length }, "policies reloaded");
  for (const policy of deleted)
    logger.error({ policy }, "policy deleted; its last answer stands for holdFor");
  for (const { file, issues } of set.rejected) {
    logger.error(
      { file, issues: issues.map(formatIssue) },
      "policy file rejected; its last good version stays",
    );
  }
  describePolicies(registry, set, reporting);
}

/** Says what people must know of the policies in force, and counts the reading. */
export function describePolicies(registry: Registry, set: PolicySet, { logger, telemetry }: Reporting): void {
  telemetry.policiesReloaded(set.rejected.length === 0, Date.now() / 1000);
  for (const { loaded } of registry.entries()) {
    if (loaded.policy.mode !== "shadow") continue;
    const message = "shadow mode answers the desired number, which blocks scale-in by other triggers";
    logger.warn({ policy: loaded.key }, message);
  }
}
