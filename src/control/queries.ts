// The queries of policies' own: which the source must run, and what came of them.

import type { ActivationReading } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import type { QuerySamples } from "../domain/samples.ts";
import type { Instant } from "../domain/units.ts";
import { sampleSpan } from "../domain/windows.ts";
import type { MetricsSource } from "../ports/metrics-source.ts";

/** Returns the query texts of all policies, each distinct one once. */
export function wantedQueries(policies: readonly Policy[]): readonly string[] {
  const texts = policies.flatMap(({ activation, signals }) => [
    ...(activation === null ? [] : [activation.query]),
    ...signals.custom.map(({ query }) => query),
  ]);
  return [...new Set(texts)];
}

/** Returns what each custom signal's query gave, by its text, as far back as the policy looks. */
export function readQueries(
  source: Pick<MetricsSource, "queried">,
  policy: Policy,
  readAt: Instant,
): ReadonlyMap<string, QuerySamples> {
  const span = sampleSpan(policy);
  return new Map(policy.signals.custom.map(({ query }) => [query, source.queried(query, readAt, span)]));
}

/** Returns the newest result of the activation query if it is at most `maxAge` old; null without such a query. */
export function readActivation(
  source: Pick<MetricsSource, "queried">,
  { activation, missingData }: Policy,
  readAt: Instant,
): ActivationReading | null {
  if (activation === null) return null;
  return { value: source.queried(activation.query, readAt, missingData.maxAge).values.at(-1) ?? null };
}
