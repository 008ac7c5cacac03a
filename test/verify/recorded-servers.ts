// Recordings of a real Triton for the simulator: what each server was asked, how its models were configured, what came out.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import type { ModelScenario } from "../../src/domain/scenario.ts";

const number = z.number();

const recordedModel = z.object({
  name: z.string(),
  execMs: number.nullable(),
  execBaseMs: number.optional(),
  execPerInferenceMs: number.optional(),
  execSpread: number.optional(),
  maxBatch: number,
  instances: number,
  maxQueueDelayUs: number,
  preferred: z.array(number),
  maxQueueSize: number,
  queueTimeoutUs: number,
});

const recordedServer = z.object({
  inferences: number,
  executions: number,
  meanBatch: number.nullable(),
  meanQueueMs: number.nullable(),
});

const scenarioFile = z.object({
  models: z.array(recordedModel),
  durationSeconds: number,
  recordedSeconds: number,
  events: z.array(
    z.object({ t: number, type: z.string(), replica: number.optional(), factor: number.optional() }),
  ),
  summary: z.object({ server: z.record(z.string(), recordedServer) }),
});

export type RecordedScenario = z.infer<typeof scenarioFile>;
export type RecordedModel = z.infer<typeof recordedModel>;

/** A request that a server took in: not one that found no server or no model. */
export type ServedRequest = {
  readonly sendSeconds: number;
  readonly model: string;
  readonly replica: number;
  readonly batch: number;
  /** 200, or 503: refused by a full queue, or timed out in it. */
  readonly status: number;
  readonly latencyMs: number;
};

/** Returns the scenario of the recording in a folder. */
export function readScenario(folder: string): RecordedScenario {
  return scenarioFile.parse(JSON.parse(readFileSync(join(folder, "scenario.json"), "utf8")));
}

/** Returns the requests that servers took in, in the order in which they were sent. */
export function readServed(folder: string): readonly ServedRequest[] {
  const text = gunzipSync(readFileSync(join(folder, "requests.csv.gz"))).toString("utf8");
  return text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [send, model = "", replica, batch, status, latency] = line.split(",");
      return {
        sendSeconds: Number(send),
        model,
        replica: Number(replica),
        batch: Number(batch),
        status: Number(status),
        latencyMs: Number(latency),
      };
    })
    .filter(({ status }) => status === 200 || status === 503);
}

/** Returns a recorded model's configuration as a scenario's. */
export function modelScenario(model: RecordedModel): ModelScenario {
  const [base, perItem] = [model.execBaseMs ?? model.execMs ?? 0, model.execPerInferenceMs ?? 0];
  const largest = Math.max(2, model.maxBatch);
  return {
    name: model.name,
    scheduler: {
      kind: "batcher",
      batching: {
        maxBatchSize: model.maxBatch,
        instances: model.instances,
        maxQueueDelaySeconds: model.maxQueueDelayUs / 1e6,
        preferredBatchSizes: model.preferred,
        maxQueueSize: model.maxQueueSize,
        queueTimeoutSeconds: model.queueTimeoutUs / 1e6,
        timeoutAction: "reject",
      },
    },
    service: {
      points: [1, largest].map((batch) => ({ batch, seconds: (base + perItem * batch) / 1000 })),
      spread: model.execSpread ?? 0,
      gpuContention: 1,
      overheadSeconds: 0,
    },
    traffic: [],
    requestBatch: [{ batch: 1, share: 1 }],
  };
}
