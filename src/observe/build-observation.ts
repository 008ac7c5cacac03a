// Raw samples → observation: everything that one tick of one policy knows. Pure, and indifferent to the samples' order.

import type { ActivationReading, Observation, SignalReadings } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import type { QuerySamples, WorkloadSamples } from "../domain/samples.ts";
import { type Instant, type Millis, toSeconds } from "../domain/units.ts";
import { readCapacity } from "./capacity.ts";
import { readCustomSignals } from "./custom-signals.ts";
import { readGpuMemory } from "./gpu-memory.ts";
import { readInFlight } from "./in-flight.ts";
import { readLatency } from "./latency.ts";
import { type ObservedWorkload, observeWorkload } from "./observed-workload.ts";
import { readPending } from "./pending.ts";
import { readQueueDuration } from "./queue-duration.ts";
import { readReplicas } from "./replicas.ts";
import { readRequestRate } from "./request-rate.ts";
import { readRequestTime } from "./request-time.ts";
import { isData } from "./signal-state.ts";
import { readTraffic, rejectedRequests } from "./traffic.ts";

export type ObservationInput = {
  /** The grid instant of the tick. */
  readonly at: Instant;
  /** When the source was read: windows and ages are measured against it. */
  readonly readAt: Instant;
  readonly policy: Policy;
  readonly samples: WorkloadSamples;
  readonly scrapeInterval: Millis;
  readonly tickInterval: Millis;
  readonly activation: ActivationReading | null;
  /** What the custom signals' queries gave, by their text: at least their windows and one `maxAge` before. */
  readonly queries: ReadonlyMap<string, QuerySamples>;
};

/** Returns the observation of a tick: the policy's declared signals, replicas, and the traffic whatever is declared. */
export function buildObservation(input: ObservationInput): Observation {
  const { at, readAt, policy, samples, scrapeInterval, tickInterval, activation } = input;
  const workload = observeWorkload({ at: readAt, policy, scrapeInterval, samples });
  const signals = readSignals(workload, input.queries);
  const observation: Observation = {
    at,
    replicas: readReplicas(workload, samples.replicas),
    pods: { expected: workload.expected, fresh: leastFresh(workload, signals) },
    signals,
    rejectedRequests: rejectedRequests(workload),
    activation,
    traffic: readTraffic(workload),
    capacity: readCapacity(workload),
    requestTime: readRequestTime(workload),
    tickIntervalSeconds: toSeconds(tickInterval),
  };
  return samples.cluster === undefined ? observation : { ...observation, cluster: samples.cluster };
}

function readSignals(workload: ObservedWorkload, queries: ReadonlyMap<string, QuerySamples>): SignalReadings {
  const { requestRate, inFlight, pendingRequests, queueDuration, latency, gpuMemory, custom } =
    workload.policy.signals;
  const signals: { -readonly [Name in keyof SignalReadings]: SignalReadings[Name] } = {};
  if (requestRate !== null) signals.requestRate = readRequestRate(workload, requestRate);
  if (inFlight !== null) signals.inFlight = readInFlight(workload, inFlight);
  if (pendingRequests !== null) signals.pendingRequests = readPending(workload, pendingRequests);
  if (queueDuration !== null) signals.queueDuration = readQueueDuration(workload, queueDuration);
  if (latency !== null) signals.latency = readLatency(workload, latency);
  if (gpuMemory !== null) signals.gpuMemory = readGpuMemory(workload);
  return custom.length === 0 ? signals : { ...signals, ...readCustomSignals(custom, queries, workload) };
}

/** Returns the least fresh pods over the required built-in signals that have data; all that are expected where there are none. */
function leastFresh({ policy, expected }: ObservedWorkload, signals: SignalReadings): number {
  const { signals: declared } = policy;
  const required = [
    declared.requestRate?.required ? signals.requestRate : undefined,
    declared.inFlight?.required ? signals.inFlight : undefined,
    declared.pendingRequests?.required ? signals.pendingRequests : undefined,
    declared.queueDuration?.required ? signals.queueDuration : undefined,
    declared.latency?.required ? signals.latency : undefined,
    declared.gpuMemory?.required ? signals.gpuMemory : undefined,
  ];
  const fresh = required.flatMap((signal) =>
    signal !== undefined && isData(signal.state) ? [signal.freshPods] : [],
  );
  return Math.min(expected, ...fresh);
}
