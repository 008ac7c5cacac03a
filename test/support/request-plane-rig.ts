// Request planes for tests: settings with defaults, arrivals from lists, and what came of them as rows.

import type { Balancer, Batching, ModelScenario, ServiceTime } from "../../src/domain/scenario.ts";
import { type RandomStream, randomStream } from "../../src/simulator/random/random-stream.ts";
import { RequestPlane, type RequestPlaneSettings } from "../../src/simulator/requests/request-plane.ts";
import type { ArrivalSource } from "../../src/simulator/traffic/arrival-source.ts";

export type Arrival = { readonly at: number; readonly batch: number };

/** Returns a source of these arrivals, in order of time. */
export function arrivalsOf(arrivals: readonly Arrival[]): ArrivalSource {
  let next = 0;
  return {
    fill(until, times, batches) {
      let filled = 0;
      for (; filled < times.length; filled += 1, next += 1) {
        const arrival = arrivals[next];
        if (arrival === undefined || arrival.at >= until) break;
        times[filled] = arrival.at;
        batches[filled] = arrival.batch;
      }
      return filled;
    },
  };
}

/** Returns a batcher's settings; by default no batching beyond one row, one instance, no policies. */
export function batchingOf(batching: Partial<Batching>): Batching {
  return {
    maxBatchSize: 1,
    instances: 1,
    maxQueueDelaySeconds: 0,
    preferredBatchSizes: [],
    maxQueueSize: 0,
    queueTimeoutSeconds: 0,
    timeoutAction: "reject",
    ...batching,
  };
}

/** Returns execution times; by default constant and alone on the GPU. */
export function serviceOf(seconds: number, service: Partial<ServiceTime> = {}): ServiceTime {
  return { points: [{ batch: 1, seconds }], spread: 0, gpuContention: 1, overheadSeconds: 0, ...service };
}

/** Returns a model with a batcher. */
export function batchedModel(batching: Partial<Batching>, service: ServiceTime): ModelScenario {
  return {
    name: "model",
    scheduler: { kind: "batcher", batching: batchingOf(batching) },
    service,
    traffic: [],
    requestBatch: [{ batch: 1, share: 1 }],
  };
}

export const ROUND_ROBIN: Balancer = { kind: "roundRobin", pinned: null };

/** Returns a plane with defaults: round robin, an objective of a second, 1000 s, all requests kept. */
export function planeOf(
  settings: Pick<RequestPlaneSettings, "models" | "arrivals"> & Partial<RequestPlaneSettings>,
): RequestPlane {
  return new RequestPlane({
    balancer: ROUND_ROBIN,
    balancerRandom: randomStream(1, "balancer"),
    serviceRandom: (server) => randomStream(1, "service", server),
    objectiveSeconds: settings.models.map(() => 1),
    durationSeconds: 1000,
    warmupSeconds: 0,
    keepRequests: true,
    ...settings,
  });
}

/** Returns a source without end: single rows at a rate a second, exponential gaps. */
export function poissonArrivals(rate: number, random: RandomStream): ArrivalSource {
  let next = random.exponential() / rate;
  return {
    fill(until, times, batches) {
      let filled = 0;
      for (; filled < times.length && next < until; filled += 1) {
        times[filled] = next;
        batches[filled] = 1;
        next += random.exponential() / rate;
      }
      return filled;
    },
  };
}
