// Why requests take long: what replicas cure (waiting, and executions that grew with the load) and what they do not.

import type { LearnedService } from "../domain/learned-capacity.ts";
import { type RequestTime, readingOf } from "../domain/observation.ts";
import type { AnySignalName } from "../domain/policy.ts";
import type { TickContext } from "./context.ts";

/** Fewer completions than this do not tell where time goes. */
const COMPLETIONS_MIN = 20;
/** An execution of at most this many requests is as short as it gets. */
const UNLOADED_REQUESTS = 1.5;

export type IncurableCause = "COMPUTE_BOUND" | "EXTERNAL_BOUND" | "MEMORY_BOUND";

/**
 * Returns why `latency` is above its target although replicas would not cure it; null where they may, or where nothing
 * tells. Execution is judged as it would be unloaded: a batch grows with the load, and takes longer for it.
 */
export function incurableCause(
  name: AnySignalName,
  { value, target }: { readonly value: number; readonly target: number },
  context: TickContext,
): IncurableCause | null {
  if (name !== "latency") return null;
  const time = slowestModel(context);
  if (time === null || time.requests < COMPLETIONS_MIN) return null;
  const executionSeconds = unloadedExecution(time, context);
  return executionSeconds === null ? null : causeOf({ time, executionSeconds, value, target }, context);
}

type Split = {
  readonly time: NamedTime;
  /** Of a batch of one request. */
  readonly executionSeconds: number;
  /** The percentile, in seconds, and what it should be. */
  readonly value: number;
  readonly target: number;
};

type NamedTime = RequestTime & { readonly model: string };

/**
 * What replicas could cure explains the percentile only if there is enough of it: (100 − percentile) % of the requests
 * took at least that long, so the mean of what they waited is at least that share of the difference (Markov's inequality).
 */
function causeOf(
  { time, executionSeconds, value, target }: Split,
  context: TickContext,
): IncurableCause | null {
  const incurable = time.batchingDelaySeconds + executionSeconds + time.outsideSeconds;
  const curable = time.queueSeconds + Math.max(0, computeOf(time) - executionSeconds);
  const slowShare = 1 - context.policy.objective.percentile / 100;
  if (incurable < target && curable >= slowShare * (value - incurable)) return null;
  if (time.outsideSeconds > executionSeconds) return "EXTERNAL_BOUND";
  return isMemoryFull(context) ? "MEMORY_BOUND" : "COMPUTE_BOUND";
}

/** The model whose latency is the one that breaches: the largest part, or the only one. */
function slowestModel({ observation }: TickContext): NamedTime | null {
  const parts = observation.signals.latency?.models;
  const times = Object.entries(observation.requestTime).map(([model, time]) => ({ model, ...time }));
  return times.reduce<NamedTime | null>(
    (slowest, time) =>
      slowest === null || (parts?.[time.model] ?? 0) > (parts?.[slowest.model] ?? 0) ? time : slowest,
    null,
  );
}

/** What one request alone takes: as now where batches are small, else as learned of small ones; null = never seen. */
function unloadedExecution(time: NamedTime, { state }: TickContext): number | null {
  const { meanBatch, inferencesPerRequest } = time;
  if (meanBatch === null) return null;
  const unloaded = UNLOADED_REQUESTS * inferencesPerRequest;
  if (meanBatch <= unloaded) return computeOf(time);
  return smallestBatch(state.learned.services, time.model, unloaded)?.executionSeconds ?? null;
}

function smallestBatch(
  services: readonly LearnedService[],
  model: string,
  batchMax: number,
): LearnedService | null {
  const small = services.filter((service) => service.model === model && service.batch <= batchMax);
  return small.reduce<LearnedService | null>(
    (least, service) => (least === null || service.batch < least.batch ? service : least),
    null,
  );
}

function computeOf({ inputSeconds, inferSeconds, outputSeconds }: RequestTime): number {
  return inputSeconds + inferSeconds + outputSeconds;
}

/** Memory is evidence beside a slow execution, never a cause of its own. */
function isMemoryFull({ observation, policy }: TickContext): boolean {
  const used = readingOf(observation.signals, "gpuMemory")?.value ?? null;
  const guard = policy.signals.gpuMemory;
  return guard !== null && used !== null && used > guard.blockScaleInAbove;
}
