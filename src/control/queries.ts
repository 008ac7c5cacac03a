// The queries of policies' own: which the source must run, and what the newest result says.

import type { ActivationReading } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import type { Instant } from "../domain/units.ts";
import type { MetricsSource } from "../ports/metrics-source.ts";

/** Returns the query texts of all policies, each distinct one once. */
export function wantedQueries(policies: readonly Policy[]): readonly string[] {
  return [...new Set(policies.flatMap(({ activation }) => activation?.query ?? []))];
}

/** Returns the newest result of the activation query if it is at most `maxAge` old; null without such a query. */
export function readActivation(
  source: MetricsSource,
  { activation, missingData }: Policy,
  readAt: Instant,
): ActivationReading | null {
  if (activation === null) return null;
  return { value: source.queried(activation.query, readAt, missingData.maxAge).values.at(-1) ?? null };
}
