// Builds the clock and the metrics source that a configuration names.

import { resolve } from "node:path";
import { following } from "../adapters/following-source.ts";
import { PrometheusSource } from "../adapters/prometheus/prometheus-source.ts";
import { RecordingClock } from "../adapters/recording-clock.ts";
import { openRecording } from "../adapters/recording-source.ts";
import { ScrapeSource } from "../adapters/scrape-source.ts";
import { systemClock } from "../adapters/system-clock.ts";
import type { Registry } from "../control/registry.ts";
import { assertNever } from "../domain/assert.ts";
import type {
  PrometheusSourceConfiguration,
  RecordingSourceConfiguration,
  ScrapeSourceConfiguration,
  ScrapeTarget,
} from "../domain/configuration.ts";
import type { TargetRef } from "../domain/target.ts";
import { millis } from "../domain/units.ts";
import { badInput } from "./command-error.ts";
import { composeDiscovery, countedByCluster } from "./compose-cluster-source.ts";
import { composeSimulation } from "./compose-simulation.ts";
import type { ComposedSource, SourceNeeds } from "./composed-source.ts";
import { firstLook } from "./first-look.ts";

/** Returns the configured source, not yet started. Throws a CommandError where a recording cannot be read. */
export async function composeSource(needs: SourceNeeds): Promise<ComposedSource> {
  const { source } = needs.configuration;
  switch (source.kind) {
    case "scrape":
      return source.discovery === null
        ? composeScrape(source, needs)
        : composeDiscovery(composeScrape(source, needs), {
            ...needs,
            round: millis(source.interval + source.timeout),
          });
    case "prometheus": {
      const composed = composePrometheus(source, needs);
      return source.replicas === "kubernetes" ? countedByCluster(composed, needs) : composed;
    }
    case "recording":
      return await composeRecording(source, needs);
    case "simulation":
      return await composeSimulation(source, needs);
    default:
      return assertNever(source);
  }
}

function composePrometheus(
  written: PrometheusSourceConfiguration,
  { configuration, directory, keep, readingTime, registry, telemetry, logger }: SourceNeeds,
): ComposedSource {
  const source = new PrometheusSource({
    ...(readingTime === undefined ? {} : { readingTime }),
    configuration: withAbsoluteFiles(written, directory),
    tickInterval: configuration.tick.interval,
    keep,
    policies: () => registry.entries().map(({ loaded }) => loaded.policy),
    telemetry,
    logger,
  });
  return {
    clock: systemClock(),
    source,
    startAfter: null,
    everyInstant: false,
    ended: null,
    isUp: () => source.isUp(),
    knowsPast: true,
    beginsTime: false,
    end: null,
    workloads: () => source.workloads(),
    start: () => Promise.resolve(),
  };
}

function withAbsoluteFiles(
  source: PrometheusSourceConfiguration,
  directory: string,
): PrometheusSourceConfiguration {
  const { authorization, caFile } = source;
  const absolute = (file: string): string => resolve(directory, file);
  return {
    ...source,
    caFile: caFile === null ? null : absolute(caFile),
    authorization:
      authorization === null
        ? null
        : authorization.kind === "bearer"
          ? { ...authorization, tokenFile: absolute(authorization.tokenFile) }
          : { ...authorization, passwordFile: absolute(authorization.passwordFile) },
  };
}

type ComposedScrape = ComposedSource & { readonly source: ScrapeSource };

function composeScrape(source: ScrapeSourceConfiguration, needs: SourceNeeds): ComposedScrape {
  const { interval, timeout, targets } = source;
  const { keep, telemetry, logger, onAttempt } = needs;
  const clock = systemClock();
  const options = { targets, interval, timeout, clock, keep, telemetry, logger };
  const scraping = new ScrapeSource(onAttempt === undefined ? options : { ...options, onAttempt });
  return {
    clock,
    source: scraping,
    startAfter: null,
    everyInstant: false,
    ended: null,
    isUp: () => scraping.isUp(),
    knowsPast: false,
    beginsTime: false,
    end: null,
    workloads: () => scrapedWorkloads(targets),
    async start() {
      scraping.start();
      await firstLook(scraping, { targets, clock, round: millis(interval + timeout) });
    },
  };
}

/** A list of targets does not say of which kind they are. */
function scrapedWorkloads(targets: readonly ScrapeTarget[]): readonly TargetRef[] {
  const found = targets.map(({ namespace, workload: name }): [string, TargetRef] => [
    `${namespace}/${name}`,
    { kind: "Deployment", namespace, name },
  ]);
  return [...new Map(found).values()];
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
    knowsPast: false,
    beginsTime: false,
    end: atEnd === "repeat" ? null : recording.end(),
    workloads: () => [{ kind: "Deployment", namespace, name: workload }],
    start: () => Promise.resolve(clock.start()),
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
