// What a configured source comes with, and what it takes to build one.

import type { ScrapeAttempt } from "../adapters/scrape-source.ts";
import type { Registry } from "../control/registry.ts";
import type { Configuration } from "../domain/configuration.ts";
import type { TargetRef } from "../domain/target.ts";
import type { Instant, Millis } from "../domain/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { MetricsSource } from "../ports/metrics-source.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { ComposedCluster } from "./compose-kubernetes.ts";

/** A source with the clock it goes by, and how the loop walks that clock's grid. */
export type ComposedSource = {
  readonly clock: Clock;
  readonly source: MetricsSource;
  /** See the loop's settings. */
  readonly startAfter: Instant | null;
  readonly everyInstant: boolean;
  /** Resolves when there is nothing left to play and the service should end; null = never. */
  readonly ended: Promise<void> | null;
  readonly isUp: (() => boolean) | null;
  /** Whether the source can be asked for what was before the start. */
  readonly knowsPast: boolean;
  /** True: nothing was before it begins, so a state without a past is a complete one. */
  readonly beginsTime: boolean;
  /** When what it plays is over for good; null = never. */
  readonly end: Instant | null;
  /** Returns the workloads that it knows by now. */
  workloads(): readonly TargetRef[];
  /** Lets it run; resolves when a first tick can see what there is, or soon anyway. */
  start(): Promise<void>;
};

export type SourceNeeds = {
  readonly configuration: Configuration;
  /** Where relative paths start. */
  readonly directory: string;
  /** How far back samples stay. */
  readonly keep: Millis;
  /** See the Prometheus source's options. */
  readonly readingTime?: (at: Instant) => Millis;
  readonly registry: Registry;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  /** Told of each attempt of a source that scrapes. */
  readonly onAttempt?: (attempt: ScrapeAttempt) => void;
  /** What is read of Kubernetes; null or left out: nothing is. */
  readonly cluster?: Pick<ComposedCluster, "view" | "targets"> | null;
};
