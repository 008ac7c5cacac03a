// Builds the clock and the metrics source that a configuration names.

import { resolve } from "node:path";

import { following } from "../adapters/following-source.ts";
import { RecordingClock } from "../adapters/recording-clock.ts";
import { openRecording } from "../adapters/recording-source.ts";
import { ScrapeSource } from "../adapters/scrape-source.ts";
import { systemClock } from "../adapters/system-clock.ts";
import type { Registry } from "../control/registry.ts";
import { assertNever } from "../domain/assert.ts";
import type {
  Configuration,
  RecordingSourceConfiguration,
  ScrapeSourceConfiguration,
} from "../domain/configuration.ts";
import type { TargetRef } from "../domain/target.ts";
import type { Instant, Millis } from "../domain/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { MetricsSource } from "../ports/metrics-source.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { badInput } from "./command-error.ts";

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
  start(): void;
};

export type SourceNeeds = {
  readonly configuration: Configuration;
  /** Where relative paths start. */
  readonly directory: string;
  /** How far back samples stay. */
  readonly keep: Millis;
  readonly registry: Registry;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
};

/** Returns the configured source, not yet started. Throws a CommandError where a recording cannot be read. */
export async function composeSource(needs: SourceNeeds): Promise<ComposedSource> {
  const { source } = needs.configuration;
  switch (source.kind) {
    case "scrape":
      return composeScrape(source, needs);
    case "recording":
      return await composeRecording(source, needs);
    default:
      return assertNever(source);
  }
}

function composeScrape(source: ScrapeSourceConfiguration, needs: SourceNeeds): ComposedSource {
  const { interval, timeout, targets } = source;
  const { keep, telemetry, logger } = needs;
  const clock = systemClock();
  const scraping = new ScrapeSource({ targets, interval, timeout, clock, keep, telemetry, logger });
  return {
    clock,
    source: scraping,
    startAfter: null,
    everyInstant: false,
    ended: null,
    isUp: () => scraping.isUp(),
    start: () => scraping.start(),
  };
}

async function composeRecording(
  { path, namespace, workload, epoch, speed, actuation, atEnd }: RecordingSourceConfiguration,
  { directory, keep, registry, telemetry, logger }: SourceNeeds,
): Promise<ComposedSource> {
  const opened = await openRecording({
    path: resolve(directory, path),
    target: { namespace, workload },
    epoch,
    keep,
    repeat: atEnd === "repeat",
    telemetry,
    onProblem: (problem) => logger.warn({ problem }, "recording is damaged"),
  });
  if (!opened.ok) throw badInput(opened.failure);
  const recording = opened.value;
  const clock = new RecordingClock({ epoch, speed, end: atEnd === "repeat" ? null : recording.end() });
  return {
    clock,
    source:
      actuation === "follow" ? following(recording, (target) => lastAnswer(registry, target)) : recording,
    startAfter: epoch,
    everyInstant: true,
    ended: atEnd === "exit" ? clock.ended : null,
    isUp: null,
    start: () => clock.start(),
  };
}

/** The last number told for a workload, by a policy that is not in shadow. */
function lastAnswer(registry: Registry, { namespace, name }: TargetRef): number | null {
  for (const { loaded, record } of registry.entries()) {
    const { target, mode } = loaded.policy;
    if (target.namespace !== namespace || target.name !== name || mode === "shadow") continue;
    if (record !== null && record.answer.metricValue !== null) return record.answer.metricValue;
  }
  return null;
}
