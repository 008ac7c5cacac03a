// Where raw samples and replica counts come from.

import type { QuerySamples, WorkloadSamples } from "../domain/samples.ts";
import type { TargetRef } from "../domain/target.ts";
import type { Instant, Millis } from "../domain/units.ts";

/** What became of one reading of the source. */
export type SourceOutcome = { readonly ok: boolean; readonly detail: string | null };

export interface MetricsSource {
  /** `prometheus`, `scrape`, `recording` or `simulation`; the label of our own metrics. */
  readonly kind: string;
  /** How often each pod is scraped. */
  readonly scrapeInterval: Millis;
  /** Tells which query texts later calls of `queried` may name, each once; those no longer named are forgotten. */
  wanted(queries: readonly string[]): void;
  /** Brings in what there is up to `at`. A source that fails says so and never throws. */
  refresh(at: Instant): Promise<SourceOutcome>;
  /** Samples at or before `at`, as far back as `span`; an unknown workload has no pods and unknown replicas. */
  workload(target: TargetRef, at: Instant, span: Millis): WorkloadSamples;
  /** What the query gave in (at − span, at], at most one sample a tick. */
  queried(query: string, at: Instant, span: Millis): QuerySamples;
  close(): Promise<void>;
}
