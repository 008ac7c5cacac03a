// Five stretches of real traffic and the service that each is sent to: what the rules are compared on.

import type {
  HpaBehavior,
  HpaScalingRules,
  Scenario,
  Scheduler,
  ServiceTime,
  TraceFormat,
} from "../../src/domain/scenario.ts";
import { EPOCH } from "../support/builders.ts";
import { aControlPlane, aModelScenario, aWorkloadScenario } from "../support/workload-scenario.ts";

const HOUR = 3600;
const HALF_HOUR = HOUR / 2;
const DAY = 24 * HOUR;
const LEAD_SECONDS = 300;
/** The run goes on for so many times the objective after the last arrival, which may still be answered in time. */
const TAIL_OBJECTIVES = 2;

/** Readings of a trace whose counts are summed before they are multiplied are of so many seconds. */
export const SUMMED_SECONDS = 60;

export type TraceCase = {
  readonly name: string;
  /** What the traffic is and what it is sent to, in a line of the table's legend. */
  readonly about: string;
  /** Below the folder of traces. */
  readonly path: string;
  readonly format: TraceFormat;
  /** Counts per second become counts per minute: multiplying them would multiply their noise. */
  readonly isSummed: boolean;
  readonly train: TraceSpan;
  readonly heldOut: TraceSpan;
  readonly multiply: number;
  readonly scheduler: Scheduler;
  readonly points: ServiceTime["points"];
  readonly spread: number;
  readonly gpuContention: number;
  readonly objectiveSeconds: number;
  /** Requests/s that saturate one replica. */
  readonly capacity: number;
  /** Requests that one replica holds at a time. */
  readonly concurrency: number;
  readonly startupSeconds: number;
  readonly initialReplicas: number;
  readonly mostReplicas: number;
};

/** Traffic that counts, and what is simulated before it without counting; seconds since the trace's beginning. */
export type TraceSpan = {
  readonly fromSeconds: number;
  readonly leadSeconds: number;
  readonly durationSeconds: number;
};

export type TracePart = "train" | "hold-out";

/** The first 60 % of a trace that is no longer than an hour; the rest is held out, in one run from the beginning on. */
function withinAnHour(durationSeconds: number) {
  const split = Math.round(0.6 * durationSeconds);
  return {
    train: { fromSeconds: LEAD_SECONDS, leadSeconds: LEAD_SECONDS, durationSeconds: split - LEAD_SECONDS },
    heldOut: { fromSeconds: split, leadSeconds: split, durationSeconds: durationSeconds - split },
  };
}

/** The same hours of a day and of the next one, which is held out. */
function ofTwoDays(
  fromSeconds: number,
  { durationSeconds, leadSeconds }: { readonly durationSeconds: number; readonly leadSeconds: number },
) {
  return {
    train: { fromSeconds, leadSeconds, durationSeconds },
    heldOut: { fromSeconds: fromSeconds + DAY, leadSeconds, durationSeconds },
  };
}

function batches(maxBatchSize: number, first: number, last: number) {
  return {
    scheduler: {
      kind: "batcher",
      batching: {
        maxBatchSize,
        instances: 1,
        maxQueueDelaySeconds: 0,
        preferredBatchSizes: [],
        maxQueueSize: 0,
        queueTimeoutSeconds: 0,
        timeoutAction: "reject",
      },
    },
    points: [
      { batch: 1, seconds: first },
      { batch: maxBatchSize, seconds: last },
    ],
    spread: 0,
    gpuContention: 1,
    capacity: maxBatchSize / last,
    concurrency: maxBatchSize,
  } as const;
}

/** Each request takes longer by as much for each other one in the engine, so that a full one takes `full`. */
function engine(maxConcurrency: number, alone: number, full: number) {
  return {
    scheduler: { kind: "engine", maxConcurrency },
    points: [{ batch: 1, seconds: alone }],
    spread: 0.3,
    gpuContention: 1 + (full / alone - 1) / (maxConcurrency - 1),
    capacity: maxConcurrency / full,
    concurrency: maxConcurrency,
  } as const;
}

/** The cases in the order of the table. */
export const TRACE_CASES: readonly TraceCase[] = [
  {
    name: "azure-code",
    about:
      "Azure LLM code, 57 min, × 4: bursts from nothing. Engine of 16, 4 to 8 s; 99 % within 16 s; start 60 s",
    path: "azure-llm-2023/AzureLLMInferenceTrace_code.csv.gz",
    format: "azure-llm",
    isSummed: false,
    ...withinAnHour(3420),
    multiply: 4,
    ...engine(16, 4, 8),
    objectiveSeconds: 16,
    startupSeconds: 60,
    initialReplicas: 8,
    mostReplicas: 60,
  },
  {
    name: "azure-conversation",
    about:
      "Azure LLM conversation, 58 min, × 70: one wide hill. Batches of 4 in 100 ms; 99 % within 400 ms; start 90 s",
    path: "azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz",
    format: "azure-llm",
    isSummed: false,
    ...withinAnHour(3480),
    multiply: 70,
    ...batches(4, 0.1, 0.1),
    objectiveSeconds: 0.4,
    startupSeconds: 90,
    initialReplicas: 12,
    mostReplicas: 40,
  },
  {
    name: "twitter",
    about:
      "Twitter sample stream, 06:00 to 09:00 of one day and of the next, × 3: steady but for surges, × 3.5 for ten minutes. Batches of 8 in 40 + 10 b ms; 99 % within 400 ms; start 120 s",
    path: "web-persecond/twitter-2021-08_requests_per_second.txt.gz",
    format: "counts-per-second",
    isSummed: false,
    ...ofTwoDays(6 * HOUR, { durationSeconds: 3 * HOUR, leadSeconds: HALF_HOUR }),
    multiply: 3,
    ...batches(8, 0.05, 0.12),
    objectiveSeconds: 0.4,
    startupSeconds: 120,
    initialReplicas: 5,
    mostReplicas: 30,
  },
  {
    name: "servegen-large",
    about:
      "ServeGen m-large, 00:00 to 06:00 of one day and of the next, × 0.05: 162 clients that come and go. Engine of 32, 10 to 25 s; 99 % within 40 s; start 180 s",
    path: "servegen/m-large_client_windows.csv.gz",
    format: "servegen",
    isSummed: false,
    ...ofTwoDays(8 * DAY, { durationSeconds: 6 * HOUR, leadSeconds: HALF_HOUR }),
    multiply: 0.05,
    ...engine(32, 10, 25),
    objectiveSeconds: 40,
    startupSeconds: 180,
    initialReplicas: 20,
    mostReplicas: 40,
  },
  {
    name: "nasa",
    about:
      "NASA's web server, 08:00 to 18:00 of a day of July 1995 and of the next, counts per minute × 10: working days. Batches of 4 in 2 s; 99 % within 8 s; start 120 s",
    path: "web-persecond/nasa-1995_requests_per_second.txt.gz",
    format: "counts-per-second",
    isSummed: true,
    ...ofTwoDays(11 * DAY + 8 * HOUR, { durationSeconds: 10 * HOUR, leadSeconds: HALF_HOUR }),
    multiply: 10,
    ...batches(4, 2, 2),
    objectiveSeconds: 8,
    startupSeconds: 120,
    initialReplicas: 12,
    mostReplicas: 50,
  },
];

/** Returns the scenario of a case: KEDA and the HPA of 1.35 with the manifest's behaviour, scrapes every 15 s. */
export function scenarioOf(traced: TraceCase, part: TracePart): Scenario {
  const { name, path, format, scheduler, points, spread, gpuContention, startupSeconds } = traced;
  const { fromSeconds, leadSeconds, durationSeconds } = part === "train" ? traced.train : traced.heldOut;
  const { keda, hpa, ...controlPlane } = aControlPlane();
  const model = aModelScenario({ name, scheduler });
  return {
    name,
    start: EPOCH,
    durationSeconds: leadSeconds + durationSeconds + TAIL_OBJECTIVES * traced.objectiveSeconds,
    warmupSeconds: leadSeconds,
    seeds: [],
    workloads: [
      aWorkloadScenario({
        name,
        initialReplicas: traced.initialReplicas,
        latencySummaries: true,
        startup: {
          scheduling: { kind: "constant", seconds: 1 },
          imagePull: { kind: "constant", seconds: 0 },
          // The probe's period of 10 s adds half of it.
          modelLoad: { kind: "logNormal", p50Seconds: startupSeconds - 6, p95Seconds: 1.6 * startupSeconds },
          readinessProbePeriodSeconds: 10,
        },
        balancer: { kind: "leastOutstanding", pinned: null },
        models: [
          {
            ...model,
            service: { ...model.service, points, spread, gpuContention },
            traffic: [
              {
                kind: "traced",
                path,
                format,
                fromSeconds: fromSeconds - leadSeconds,
                forSeconds: leadSeconds + durationSeconds,
                multiply: traced.multiply,
                thin: 1,
              },
            ],
          },
        ],
      }),
    ],
    cluster: { pools: [], fullSpeedLoads: null },
    controlPlane: {
      ...controlPlane,
      keda: { ...keda, pollingIntervalSeconds: 15 },
      hpa: {
        ...hpa,
        behavior: behaviorOf(traced),
      },
    },
    candidates: [],
    faults: [],
    expect: [],
  };
}

/** As the manifests have it: Tidemark has decided, the HPA carries out; one minute down bridges a late answer. */
function behaviorOf({ mostReplicas }: TraceCase): HpaBehavior {
  const rules: HpaScalingRules = {
    tolerance: 0,
    stabilizationWindowSeconds: 0,
    selectPolicy: null,
    policies: [{ type: "Pods", value: mostReplicas, periodSeconds: 15 }],
  };
  return { scaleUp: rules, scaleDown: { ...rules, stabilizationWindowSeconds: 60 } };
}
