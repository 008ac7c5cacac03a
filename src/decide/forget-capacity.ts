// What was learned holds for a service as it was: when executions of the same size take another time, it is dropped.

import {
  type LearnedCapacity,
  type LearnedService,
  NOTHING_LEARNED,
  SERVICES_MAX,
  VERSIONS_MAX,
} from "../domain/learned-capacity.ts";
import type { RequestTime } from "../domain/observation.ts";
import type { ScalerState } from "../domain/state.ts";
import { elapsed, minutes } from "../domain/units.ts";
import type { TickContext } from "./context.ts";

/** Fewer completions than this do not tell how long an execution takes. */
const COMPLETIONS_MIN = 20;
/** Executions of the same size that are this much faster or slower are of another service. */
const FASTER_RATIO = 0.8;
const SLOWER_RATIO = 1.25;
/** For so long, without a break: a stall is no change of service. */
const CHANGED_FOR = minutes(2);
/** Sizes of batch are told apart in steps of 2^(1/6), about an eighth. */
const STEPS_PER_DOUBLING = 6;

type Seen = { readonly model: string; readonly batch: number; readonly executionSeconds: number };

type ServiceMemory = Pick<ScalerState, "learned" | "serviceChangedAt">;

/**
 * Returns what is known of the service and its capacity after this tick, and since when the service differs from it. All
 * is dropped once executions have differed for two minutes, or a version of a model completes requests for the first time.
 */
export function knowService(context: TickContext): ServiceMemory {
  const { at, state } = context;
  const known = knownServices(context);
  const isNewVersion = versionsAdded(context).length > 0 && state.learned.versions.length > 0;
  const isOther = known.some(({ seen, service }) => service !== null && differs(seen, service));
  const changedAt = isOther ? (state.serviceChangedAt ?? at) : null;
  if (isNewVersion || (changedAt !== null && elapsed(changedAt, at) >= CHANGED_FOR))
    return forgotten(context);
  if (changedAt !== null) return { learned: state.learned, serviceChangedAt: changedAt };
  const isConfirmed = known.some(({ service }) => service !== null);
  return {
    learned: withVersions(withServices(state.learned, known), context),
    serviceChangedAt: isConfirmed ? null : state.serviceChangedAt,
  };
}

type KnownService = { readonly seen: Seen; readonly service: LearnedService | null };

function knownServices({ state, observation }: TickContext): readonly KnownService[] {
  return Object.entries(observation.requestTime)
    .flatMap(([model, time]) => seenOf(model, time) ?? [])
    .map((seen) => ({ seen, service: serviceOf(state.learned, seen) }));
}

/** Nothing is left but what this tick shows. */
function forgotten(context: TickContext): ServiceMemory {
  const { at, observation } = context;
  const present = knownServices(context).map(({ seen }) => ({ seen, service: null }));
  const learned = { ...withServices(NOTHING_LEARNED, present), versions: observation.capacity.versions };
  return { learned: { ...learned, forgottenAt: at }, serviceChangedAt: null };
}

function versionsAdded({ state, observation }: TickContext): readonly string[] {
  return observation.capacity.versions.filter((version) => !state.learned.versions.includes(version));
}

function withVersions(learned: LearnedCapacity, context: TickContext): LearnedCapacity {
  const added = versionsAdded(context);
  return added.length === 0
    ? learned
    : { ...learned, versions: [...learned.versions, ...added].slice(-VERSIONS_MAX) };
}

function seenOf(model: string, time: RequestTime): Seen | null {
  const { meanBatch, requests, inputSeconds, inferSeconds, outputSeconds } = time;
  if (meanBatch === null || requests < COMPLETIONS_MIN) return null;
  const executionSeconds = inputSeconds + inferSeconds + outputSeconds;
  return executionSeconds > 0 ? { model, batch: meanBatch, executionSeconds } : null;
}

function withServices(learned: LearnedCapacity, known: readonly KnownService[]): LearnedCapacity {
  const added = known.flatMap(({ seen, service }) =>
    service === null ? [{ ...seen, batch: stepOf(seen.batch) }] : [],
  );
  return added.length === 0
    ? learned
    : { ...learned, services: [...learned.services, ...added].slice(-SERVICES_MAX) };
}

function serviceOf({ services }: LearnedCapacity, { model, batch }: Seen): LearnedService | null {
  const step = stepOf(batch);
  return services.find((service) => service.model === model && service.batch === step) ?? null;
}

/** The nearest size of batch at which services are told apart. */
function stepOf(batch: number): number {
  const step = 2 ** (Math.round(STEPS_PER_DOUBLING * Math.log2(batch)) / STEPS_PER_DOUBLING);
  return Number(step.toPrecision(6));
}

function differs({ executionSeconds }: Seen, known: LearnedService): boolean {
  const ratio = executionSeconds / known.executionSeconds;
  return ratio < FASTER_RATIO || ratio > SLOWER_RATIO;
}
