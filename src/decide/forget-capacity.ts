// What was learned holds for a service as it was: where executions of the same size take another time it is converted
// to that, and where a version of a model appears it is dropped.

import {
  type LearnedCapacity,
  type LearnedRate,
  NOTHING_LEARNED,
  VERSIONS_MAX,
} from "../domain/learned-capacity.ts";
import type { ScalerState } from "../domain/state.ts";
import { before, elapsed, type Instant, minutes } from "../domain/units.ts";
import type { TickContext } from "./context.ts";
import { isSettled } from "./held-replicas.ts";
import {
  type ExecutionRatio,
  executionRatio,
  isSameSize,
  type SeenService,
  seenService,
  withServices,
} from "./known-service.ts";

/** Executions that are this much faster or slower than known are of another service. */
const FASTER_RATIO = 0.8;
const SLOWER_RATIO = 1.25;
/** For so long, without a break: a stall is no change of service. */
const CHANGED_FOR = minutes(2);
const QUIET_AFTER_BACKLOG = minutes(4);
/** Batches this close to the fullest are of one size. */
const FULL_RATIO = 0.95;

/** A size of batch is taken down once it has lasted: while the service changes, windows hold executions old and new. */
const LASTING = minutes(4);

type ServiceMemory = Pick<ScalerState, "learned" | "serviceChangedAt" | "lastingBatches">;

/** `execution` null = nothing is known to compare it with. */
type KnownService = { readonly seen: SeenService; readonly execution: ExecutionRatio | null };

/**
 * Returns what is known of the service and its capacity after this tick, and since when the service differs from it. Once
 * executions have differed for two minutes, rates are converted by as much. Where nothing tells how much all together
 * changed, they are dropped: with several models on the target, or sizes of batch never seen. So they are where a version
 * of a model completes requests for the first time.
 */
export function knowService(context: TickContext): ServiceMemory {
  const { at, state, policy } = context;
  if (versionsAdded(context).length > 0 && state.learned.versions.length > 0) return forgotten(context);
  const known = knownServices(context);
  const other = known.find(({ execution }) => execution !== null && differs(execution.ratio));
  const changedAt = other === undefined ? null : (state.serviceChangedAt ?? at);
  const lastingBatches = lasting(known, context);
  if (changedAt === null) {
    const isConfirmed = known.some(({ execution }) => execution !== null);
    return {
      learned: withSeen(known, lastingBatches, context),
      serviceChangedAt: isConfirmed ? null : state.serviceChangedAt,
      lastingBatches,
    };
  }
  if (elapsed(changedAt, at) < CHANGED_FOR)
    return { learned: state.learned, serviceChangedAt: changedAt, lastingBatches };
  const execution = other?.execution ?? null;
  return policy.models.length > 1 || execution === null || !execution.isExact
    ? forgotten(context, changedAt)
    : { learned: converted(execution.ratio, changedAt, context), serviceChangedAt: null, lastingBatches };
}

function knownServices(context: TickContext): readonly KnownService[] {
  const { state, observation } = context;
  return Object.entries(observation.requestTime)
    .flatMap(([model, time]) => seenService(model, time) ?? [])
    .filter((seen) => isOfOneSize(seen, context))
    .map((seen) => ({ seen, execution: executionRatio(state.learned, seen) }));
}

/**
 * Returns whether the window holds batches of about one size: the count has stood, and no backlog is or was just there.
 * Batches of two sizes take longer than batches of their mean size seem to.
 */
function isOfOneSize({ batch }: SeenService, context: TickContext): boolean {
  const { at, state } = context;
  const { backlogAboveAt, learned } = state;
  if (learned.fullBatch !== null && batch >= FULL_RATIO * learned.fullBatch.inferences) return true;
  const isQuiet = backlogAboveAt === null || elapsed(backlogAboveAt, at) >= QUIET_AFTER_BACKLOG;
  return isQuiet && isSettled(context);
}

/** Since when each model's batches have been of about the size that they are now. */
function lasting(known: readonly KnownService[], { at, state }: TickContext): ScalerState["lastingBatches"] {
  return known.map(({ seen: { model, batch } }) => {
    const before = state.lastingBatches.find((lasted) => lasted.model === model);
    return before !== undefined && isSameSize(before.batch, batch) ? before : { model, batch, since: at };
  });
}

/** Nothing is left but which versions there are, and the cap if saturated pods have shown it since. */
function forgotten({ at, state, observation }: TickContext, changedAt = at): ServiceMemory {
  const { cap } = state.learned;
  const { versions } = observation.capacity;
  const kept = cap !== null && cap.at >= changedAt ? cap : null;
  const learned = { ...NOTHING_LEARNED, cap: kept, versions, forgottenAt: at };
  return { learned, serviceChangedAt: null, lastingBatches: [] };
}

/** Executions take `ratio` times as long: what was learned before that is worth as much less. */
function converted(ratio: number, changedAt: Instant, { at, state }: TickContext): LearnedCapacity {
  const { learned } = state;
  const { cap, badPoints, proven, services } = learned;
  const converter =
    (since: Instant) =>
    <Rate extends LearnedRate>(rate: Rate): Rate =>
      rate.at < since ? { ...rate, perReplica: rate.perReplica / ratio } : rate;
  const whole = converter(changedAt);
  // A load that failed as the change began, which its window shows late, failed for the new service.
  const point = converter(before(changedAt, CHANGED_FOR));
  return {
    ...learned,
    cap: cap === null ? null : whole(cap),
    proven: proven === null ? null : whole(proven),
    badPoints: badPoints.map(point),
    services: services.map((service) => ({ ...service, executionSeconds: ratio * service.executionSeconds })),
    convertedAt: at,
  };
}

function versionsAdded({ state, observation }: TickContext): readonly string[] {
  return observation.capacity.versions.filter((version) => !state.learned.versions.includes(version));
}

function withSeen(
  known: readonly KnownService[],
  lastingBatches: ServiceMemory["lastingBatches"],
  context: TickContext,
): LearnedCapacity {
  const { at, state } = context;
  const hasLasted = ({ model }: SeenService): boolean =>
    lastingBatches.some((lasted) => lasted.model === model && elapsed(lasted.since, at) >= LASTING);
  const seen = known.map((service) => service.seen).filter(hasLasted);
  const learned = withServices(state.learned, seen);
  const added = versionsAdded(context);
  return added.length === 0
    ? learned
    : { ...learned, versions: [...learned.versions, ...added].slice(-VERSIONS_MAX) };
}

function differs(ratio: number): boolean {
  return ratio < FASTER_RATIO || ratio > SLOWER_RATIO;
}
