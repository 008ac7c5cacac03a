// What a simulation takes for granted, in sentences: a result is worth as much as these are true.

import type { Scenario, SpanDistribution } from "../../domain/scenario.ts";

/** Returns what the reader should know of the plant, a sentence each. */
export function assumptionsOf(scenario: Scenario): readonly string[] {
  const { controlPlane, workloads, cluster, faults, seeds } = scenario;
  const { source, hpa, actuation } = controlPlane;
  const models = workloads.flatMap(({ models: served }) => served);
  const isExact = models.every(({ service }) => service.spread === 0 && service.gpuContention === 1);
  const silent = models.some(({ traffic }) =>
    traffic.some((stream) => isCut(stream, scenario.durationSeconds)),
  );
  return [
    `metrics: scraped every ${shownSeconds(source.scrapeIntervalSeconds)}, read ${shownSeconds(source.lagSeconds)} late, ${source.scrapeLossRatio === 0 ? "none lost" : `${source.scrapeLossRatio * 100} % lost`}`,
    actuation === "keda"
      ? `replicas: by KEDA and the HPA of Kubernetes ${hpa.version}, synced every ${shownSeconds(hpa.syncPeriodSeconds)}`
      : `replicas: ${actuation === "autoscale" ? "written by the scaler itself" : "changed without any delay"}`,
    ...workloads.map(
      ({ namespace, name, startup }) =>
        `start-up of ${namespace}/${name}: load ${shownSpan(startup.modelLoad)}, pull ${shownSpan(startup.imagePull)}, probed every ${shownSeconds(startup.readinessProbePeriodSeconds)}`,
    ),
    cluster.pools.length === 0
      ? "room: there is always a free GPU"
      : `room: ${cluster.pools.map(({ name, initialNodes, maxNodes, gpusPerNode }) => `${name} ${initialNodes} to ${maxNodes} nodes of ${gpusPerNode} GPUs`).join(", ")}`,
    ...(isExact
      ? ["service: an execution takes what its batch size says, without spread or contention"]
      : []),
    ...(silent ? ["traffic: goes on after the end; only what comes before it is simulated"] : []),
    ...(faults.length === 0
      ? []
      : [
          `faults: ${faults.map(({ kind, atSeconds }) => `${kind} at ${shownSeconds(atSeconds)}`).join(", ")}`,
        ]),
    seeds.length === 1
      ? "one seed: what may happen, not how often; differences have no interval"
      : `${seeds.length} seeds, the same traffic for every candidate: differences are paired, intervals Student's at 95 %`,
  ];
}

/** Returns a span as people write it, at most two units: `1h30m`, `90s`, `2.5s`, `50ms`. */
export function shownSeconds(seconds: number): string {
  if (seconds > 0 && seconds < 1) return `${Number((seconds * 1000).toPrecision(4))}ms`;
  if (seconds < 120) return `${Number(seconds.toPrecision(4))}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? `${hours}h${minutes % 60 === 0 ? "" : `${minutes % 60}m`}`
    : `${Number((hours / 24).toPrecision(3))}d`;
}

function shownSpan(span: SpanDistribution): string {
  switch (span.kind) {
    case "constant":
      return shownSeconds(span.seconds);
    case "logNormal":
      return `${shownSeconds(span.p50Seconds)} (95 % within ${shownSeconds(span.p95Seconds)})`;
    default:
      return `drawn from ${span.seconds.length} samples`;
  }
}

type Stream = Scenario["workloads"][number]["models"][number]["traffic"][number];

/** Of a trace only the reader of the file knows. */
function isCut(stream: Stream, durationSeconds: number): boolean {
  if (stream.kind === "traced") return (stream.forSeconds ?? 0) > durationSeconds;
  return stream.phases.reduce((sum, { forSeconds }) => sum + forSeconds, 0) > durationSeconds;
}
