// A fleet of policies and what they observe, for benchmarks: no two alike, loads that rise and fall.

import type { Observation, SignalReadings } from "../../src/domain/observation.ts";
import type { Policy } from "../../src/domain/policy.ts";
import { after, type Instant, instant, millis, minutes, seconds } from "../../src/domain/units.ts";
import { UNSATURATED, USUAL_DYNAMICS } from "../support/builders.ts";

/** The tick of a fleet read from Prometheus. */
export const TICK = seconds(15);
const EPOCH = instant(1_767_571_200_000);
const TARGET_RATE = 64;
const TARGET_PENDING = 8;

/** Returns the instant of a tick. */
export function instantOf(tick: number): Instant {
  return after(EPOCH, millis(tick * TICK));
}

/** Returns the policy number `index`, with every signal declared. */
export function policyOf(index: number): Policy {
  return {
    name: `policy-${index}`,
    mode: "enforce",
    target: { kind: "Deployment", namespace: `team-${index % 40}`, name: `triton-${index}` },
    models: [{ name: `model-${index}`, maxQueueDelay: millis(0), weight: 1 }],
    replicas: { min: 1, max: 40 },
    gpusPerReplica: 1,
    objective: { percentile: 99, latency: millis(500) },
    signals: {
      requestRate: { targetPerReplica: TARGET_RATE, window: minutes(1), required: true },
      inFlight: { targetPerReplica: 6, window: minutes(1), required: true },
      pendingRequests: {
        targetPerReplica: TARGET_PENDING,
        window: seconds(15),
        clearWithin: minutes(5),
        required: true,
      },
      queueDuration: { target: millis(50), window: minutes(1), required: true },
      latency: { target: millis(500), window: minutes(2), required: true },
      gpuMemory: { blockScaleInAbove: 0.9, criticalAbove: 0.97, required: false },
      custom: [],
    },
    ...USUAL_DYNAMICS,
  };
}

/** Returns what policy `index` observes at a tick: a load that swings with a period of its own around ten replicas. */
export function observationOf(index: number, tick: number): Observation {
  const swing = Math.sin((tick + index) / (8 + (index % 50)));
  const load = TARGET_RATE * (10 + 4 * swing);
  const desired = Math.max(1, Math.round(10 + 4 * Math.sin((tick - 3 + index) / (8 + (index % 50)))));
  const ready = swing > 0.9 ? desired - 1 : desired;
  const pending = Math.max(0, Math.round(TARGET_PENDING * desired * swing * 1.2));
  return {
    at: instantOf(tick),
    replicas: { desired, ready, starting: desired - ready, source: "kube-state-metrics" },
    pods: { expected: ready, fresh: ready },
    signals: readings({ load, pending, fresh: ready, swing }),
    rejectedRequests: 0,
    activation: null,
    traffic: {
      arrivalsPerSecond: load,
      recentArrivalsPerSecond: load * 1.02,
      completionsPerSecond: load * 0.99,
      pendingRequests: pending,
      inFlightRequests: load * 0.09,
      meanRequestSeconds: 0.09,
      meanQueueSeconds: 0.02,
      meanComputeSeconds: 0.07,
      meanBatch: 2.5,
      completedRequests: Math.round(load * 120),
    },
    capacity: UNSATURATED,
    requestTime: {},
    tickIntervalSeconds: TICK / 1000,
  };
}

function readings({
  load,
  pending,
  fresh,
  swing,
}: {
  readonly load: number;
  readonly pending: number;
  readonly fresh: number;
  readonly swing: number;
}): SignalReadings {
  const common = { state: "live", ageSeconds: 3.2, freshPods: fresh } as const;
  const queueSeconds = 0.03 + 0.04 * swing;
  const halves = { requests: Math.round(load * 60), noCompletions: false };
  return {
    requestRate: { ...common, value: load, unit: "requests/s" },
    inFlight: { ...common, value: load * 0.09, unit: "requests", oldest: pending, newest: pending },
    pendingRequests: {
      ...common,
      value: pending,
      unit: "requests",
      oldest: Math.max(0, pending - 3),
      newest: pending,
      arrivalsPerSecond: load * 1.02,
      capped: pending,
    },
    queueDuration: { ...common, value: queueSeconds, unit: "seconds", ...around(queueSeconds), ...halves },
    latency: {
      ...common,
      value: queueSeconds * 10,
      unit: "seconds",
      ...around(queueSeconds * 10),
      ...halves,
      quality: "histogram",
      overTarget: null,
    },
    gpuMemory: { ...common, value: 0.7 + 0.1 * swing, unit: "ratio" },
  };
}

function around(value: number): {
  readonly valueFirstHalf: number;
  readonly valueSecondHalf: number;
  readonly valueWithoutWorst: number;
} {
  return { valueFirstHalf: value * 0.97, valueSecondHalf: value * 1.03, valueWithoutWorst: value * 0.95 };
}
