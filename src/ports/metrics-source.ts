// Where raw samples and replica counts come from.

import type { ActivationReading } from "../domain/observation.ts";
import type { WorkloadSamples } from "../domain/samples.ts";
import type { TargetRef } from "../domain/target.ts";
import type { Instant, Millis } from "../domain/units.ts";

/** What became of one reading of the source. */
export type SourceOutcome = { readonly ok: boolean; readonly detail: string | null };

export interface MetricsSource {
  /** `scrape` or `recording`; the label of our own metrics. */
  readonly kind: string;
  /** How often each pod is scraped. */
  readonly scrapeInterval: Millis;
  /** Brings in what there is up to `at`. A source that fails says so and never throws. */
  refresh(at: Instant): Promise<SourceOutcome>;
  /** Samples at or before `at`, as far back as `span`; an unknown workload has no pods and unknown replicas. */
  workload(target: TargetRef, at: Instant, span: Millis): WorkloadSamples;
  /** The last result of an activation query at or before `at`; null value = unknown, or a source that cannot query. */
  activation(query: string, at: Instant): ActivationReading;
  close(): Promise<void>;
}
