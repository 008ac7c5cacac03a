// Builds servers: batch by batch where that is exact, event by event otherwise.

import type { ModelScenario } from "../../domain/scenario.ts";
import type { RandomStream } from "../random/random-stream.ts";
import { BatchServer, plainMaxBatch } from "../triton/batch-server.ts";
import { ExecutionTimes, type ServiceDistribution } from "../triton/execution-time.ts";
import type { PlaneServer } from "../triton/plane-server.ts";
import type { RequestPool } from "../triton/request-pool.ts";
import { schedulerSettings } from "../triton/scheduler-settings.ts";
import { TritonServer } from "../triton/triton-server.ts";
import type { Outcomes } from "./outcomes.ts";

/** Returns a new server with this id, ready at this time. */
export type ServerFactory = (id: number, readyAt: number) => PlaneServer;

/** What of a plane's settings its servers go by. */
export type ServerFactorySettings = {
  readonly models: readonly ModelScenario[];
  readonly serviceRandom: (server: number) => RandomStream;
  readonly serviceDistribution?: ServiceDistribution;
  readonly missedWakeRatio?: number;
  readonly everyEvent?: boolean;
};

/** Returns what builds the servers of a plane; all of them are of one kind. */
export function serverFactory(
  settings: ServerFactorySettings,
  requests: RequestPool,
  outcomes: Outcomes,
): ServerFactory {
  const { models, serviceRandom, serviceDistribution, everyEvent, missedWakeRatio = 0 } = settings;
  const schedulers = models.map(schedulerSettings);
  const [only] = models;
  const [scheduler] = schedulers;
  const maxBatch = scheduler === undefined || everyEvent === true ? null : plainMaxBatch(scheduler);
  if (models.length === 1 && only !== undefined && maxBatch !== null) {
    return (id, readyAt) => {
      const times = new ExecutionTimes(only.service, serviceRandom(id), serviceDistribution);
      return new BatchServer({ id, readyAt, maxBatch, times, outcomes });
    };
  }
  return (id, readyAt) => {
    const random = serviceRandom(id);
    const served = models.map(({ service }, index) => ({
      scheduler: schedulers[index] ?? { instances: 1, batcher: null },
      times: new ExecutionTimes(service, random, serviceDistribution),
    }));
    const missesWake = missedWakeRatio > 0 ? () => random.uniform() < missedWakeRatio : null;
    return new TritonServer({ id, readyAt, models: served, requests, outcomes, missesWake });
  };
}
