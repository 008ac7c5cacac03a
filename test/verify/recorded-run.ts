// Plays what each recorded server was asked through the simulator's server, and compares what came out.

import type { ModelScenario } from "../../src/domain/scenario.ts";
import { randomStream } from "../../src/simulator/random/random-stream.ts";
import { RequestPlane } from "../../src/simulator/requests/request-plane.ts";
import { ExplicitSource } from "../../src/simulator/traffic/explicit-source.ts";
import { modelScenario, type RecordedScenario, type ServedRequest } from "./recorded-servers.ts";

/** Milliseconds, and inferences an execution; null = there was none. */
export type Figures = {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly meanWait: number | null;
  readonly meanBatch: number | null;
};

export type ComparedModel = {
  readonly model: string;
  readonly measured: Figures;
  readonly simulated: Figures;
};

const SEED = 1;

/** Returns measured and simulated figures of each model, over all servers. */
export function compareRecording(
  scenario: RecordedScenario,
  served: readonly ServedRequest[],
): readonly ComparedModel[] {
  const models = scenario.models.map(modelScenario);
  const replicas = [...new Set(served.map(({ replica }) => replica))].sort((left, right) => left - right);
  const planes = replicas.map((replica) => playServer(scenario, models, serverRequests(served, replica)));
  return models.map((model, index) => ({
    model: model.name,
    measured: measuredFigures(scenario, served, model.name),
    simulated: simulatedFigures(planes, index),
  }));
}

type ServerRequests = { readonly replica: number; readonly requests: readonly ServedRequest[] };

function serverRequests(served: readonly ServedRequest[], replica: number): ServerRequests {
  return { replica, requests: served.filter((request) => request.replica === replica) };
}

function playServer(
  scenario: RecordedScenario,
  models: readonly ModelScenario[],
  { replica, requests }: ServerRequests,
): RequestPlane {
  const end = scenario.recordedSeconds + 120;
  const plane = new RequestPlane({
    models,
    arrivals: models.map(({ name }) => arrivalsOf(requests.filter(({ model }) => model === name))),
    balancer: { kind: "roundRobin", pinned: null },
    balancerRandom: randomStream(SEED, "balancer", replica),
    serviceRandom: () => randomStream(SEED, "service", replica),
    objectiveSeconds: models.map(() => Number.POSITIVE_INFINITY),
    durationSeconds: end,
    warmupSeconds: 0,
    keepRequests: true,
    // Where queue policies are set, the server sleeps through some ends of executions (G: 84 full queues in 1,454).
    missedWakeRatio: models.some(hasQueuePolicy) ? 0.05 : 0,
  });
  plane.addServer();
  for (const { at, factor } of slowdowns(scenario, replica)) {
    plane.advance(at);
    plane.slowDown(factor, null);
  }
  plane.advance(end);
  plane.finish();
  return plane;
}

function hasQueuePolicy({ scheduler }: ModelScenario): boolean {
  if (scheduler.kind !== "batcher") return false;
  return scheduler.batching.maxQueueSize > 0 || scheduler.batching.queueTimeoutSeconds > 0;
}

function arrivalsOf(requests: readonly ServedRequest[]): ExplicitSource {
  const times = Float64Array.from(requests, ({ sendSeconds }) => sendSeconds);
  const batches = Uint16Array.from(requests, ({ batch }) => batch);
  const trace = { kind: "arrivals", times, batches, models: null } as const;
  return new ExplicitSource(trace, { startSeconds: 0, endSeconds: Number.POSITIVE_INFINITY });
}

/** Changes of the execution time that the recording names: R says the factor, L its new configuration (60 → 40 ms). */
function slowdowns(
  { events, models }: RecordedScenario,
  replica: number,
): readonly { readonly at: number; readonly factor: number }[] {
  return events
    .filter((event) => event.replica === replica)
    .flatMap(({ t, type, factor }) => {
      if (type === "execution-time-factor" && factor !== undefined) return [{ at: t, factor }];
      const reloaded = /^reload-config-exec-(\d+)ms-end$/.exec(type)?.[1];
      const before = models[0]?.execMs ?? null;
      return reloaded === undefined || before === null ? [] : [{ at: t, factor: Number(reloaded) / before }];
    });
}

function measuredFigures(
  scenario: RecordedScenario,
  served: readonly ServedRequest[],
  model: string,
): Figures {
  const server = scenario.summary.server[model];
  const latencies = served
    .filter((request) => request.model === model && request.status === 200)
    .map(({ latencyMs }) => latencyMs)
    .sort((left, right) => left - right);
  return {
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    meanWait: server?.meanQueueMs ?? null,
    meanBatch: server?.meanBatch ?? null,
  };
}

function simulatedFigures(planes: readonly RequestPlane[], model: number): Figures {
  const scores = planes.map((plane) => plane.score(model));
  const latencies = planes
    .flatMap((plane) => {
      const table = plane.requests();
      return Array.from({ length: table.length }, (_, row) =>
        table.model[row] === model && table.status[row] === 0 ? (table.latencySeconds[row] ?? 0) * 1000 : -1,
      );
    })
    .filter((latency) => latency >= 0)
    .sort((left, right) => left - right);
  const waited = scores.reduce((sum, { queue }) => sum + (queue.mean() ?? 0) * queue.count, 0);
  const answered = scores.reduce((sum, { queue }) => sum + queue.count, 0);
  const executions = scores.reduce((sum, score) => sum + score.executions, 0);
  return {
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    meanWait: answered === 0 ? null : (waited / answered) * 1000,
    meanBatch:
      executions === 0 ? null : scores.reduce((sum, score) => sum + score.inferences, 0) / executions,
  };
}

/** The value below which the share `p` of sorted values lies. */
function quantile(sorted: readonly number[], p: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? null;
}
