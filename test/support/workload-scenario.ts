// A workload and a control plane of a simulation as tests write them: 100 ms a batch of four, HPA and KEDA by default.

import type {
  BaselineCandidate,
  ControlPlaneScenario,
  ModelScenario,
  WorkloadScenario,
} from "../../src/domain/scenario.ts";

/** Returns a model of 100 ms an execution, up to four requests each, one instance: 40 requests/s at best. */
export function aModelScenario(parts: Partial<ModelScenario> = {}): ModelScenario {
  return {
    name: "embedder",
    scheduler: {
      kind: "batcher",
      batching: {
        maxBatchSize: 4,
        instances: 1,
        maxQueueDelaySeconds: 0,
        preferredBatchSizes: [],
        maxQueueSize: 0,
        queueTimeoutSeconds: 0,
        timeoutAction: "reject",
      },
    },
    service: {
      points: [
        { batch: 1, seconds: 0.1 },
        { batch: 4, seconds: 0.1 },
      ],
      spread: 0,
      gpuContention: 1,
      overheadSeconds: 0,
    },
    traffic: [],
    requestBatch: [{ batch: 1, share: 1 }],
    ...parts,
  };
}

/** Returns a workload of one such model, three replicas, 30 s to start. */
export function aWorkloadScenario(parts: Partial<WorkloadScenario> = {}): WorkloadScenario {
  return {
    namespace: "ai-inference",
    name: "triton-embedder",
    kind: "Deployment",
    initialReplicas: 3,
    gpusPerReplica: 1,
    gpuMemory: null,
    latencySummaries: false,
    pool: null,
    startup: {
      scheduling: { kind: "constant", seconds: 1 },
      imagePull: { kind: "constant", seconds: 0 },
      modelLoad: { kind: "constant", seconds: 24 },
      readinessProbePeriodSeconds: 10,
    },
    shutdown: { preStopSeconds: 5, exitTimeoutSeconds: 30 },
    balancer: { kind: "roundRobin", pinned: null },
    models: [aModelScenario()],
    ...parts,
  };
}

/** Returns a control plane as a scenario has it where nothing is written. */
export function aControlPlane(parts: Partial<ControlPlaneScenario> = {}): ControlPlaneScenario {
  return {
    source: {
      kind: "prometheus",
      scrapeIntervalSeconds: 15,
      scrapePhaseSeconds: null,
      scrapeLossRatio: 0,
      lagSeconds: 2,
    },
    tickIntervalSeconds: 15,
    actuation: "keda",
    keda: { pollingIntervalSeconds: 30, cooldownPeriodSeconds: 300, fallback: null },
    hpa: { version: "1.35", syncPeriodSeconds: 15, syncJitterSeconds: 0, behavior: null },
    ...parts,
  };
}

/** Returns a candidate of a baseline. */
export function aBaseline(
  baseline: string,
  parameters: Readonly<Record<string, number>> = {},
): BaselineCandidate {
  return { kind: "baseline", name: baseline, baseline, parameters };
}
