// What is known of how long a model's executions take, by the size of their batches.

import { type LearnedCapacity, type LearnedService, SERVICES_MAX } from "../domain/learned-capacity.ts";
import type { RequestTime } from "../domain/observation.ts";

/** Fewer completions than this do not tell how long an execution takes. */
const COMPLETIONS_MIN = 20;
/** Sizes of batch are told apart in steps of 2^(1/6), about an eighth. */
const STEPS_PER_DOUBLING = 6;
const SAME_SIZE_RATIO = 1.08;
/** The known sizes must be this far apart to tell how executions grow with them, */
const SPAN_RATIO = 1.25;
/** and tell it up to three times as large or as small a batch. */
const REACH_RATIO = 3;

/** Executions as a tick shows them. */
export type SeenService = {
  readonly model: string;
  readonly batch: number;
  readonly executionSeconds: number;
};

/** Returns how a model's executions went at this tick; null where too few completed. */
export function seenService(model: string, time: RequestTime): SeenService | null {
  const { meanBatch, requests, inputSeconds, inferSeconds, outputSeconds } = time;
  if (meanBatch === null || requests < COMPLETIONS_MIN) return null;
  const executionSeconds = inputSeconds + inferSeconds + outputSeconds;
  return executionSeconds > 0 ? { model, batch: meanBatch, executionSeconds } : null;
}

/** Execution time ÷ what is known of it; whether more is known than within which bounds it must lie. */
export type ExecutionRatio = { readonly ratio: number; readonly isExact: boolean };

/**
 * Returns execution time ÷ what is known of it for batches of that size: of the same size, between two sizes, or from the
 * nearest one on as executions were seen to grow. Where nothing tells how they grow, any time from halfway (as a ratio)
 * between the same and one in proportion, up to the longer of both, gives 1. Null where no size within a factor of three
 * is known.
 */
export function executionRatio({ services }: LearnedCapacity, seen: SeenService): ExecutionRatio | null {
  const { model, batch, executionSeconds } = seen;
  const known = services
    .filter((service) => service.model === model)
    .toSorted((one, other) => one.batch - other.batch);
  const step = stepOf(batch);
  const same = known.find((service) => service.batch === step);
  if (same !== undefined) return exactly(executionSeconds / same.executionSeconds);
  const below = known.findLast((service) => service.batch < batch);
  const above = known.find((service) => service.batch > batch);
  if (below !== undefined && above !== undefined)
    return exactly(executionSeconds / between(below, above, batch));
  const nearest = below ?? above;
  return nearest === undefined ? null : ratioBeyond(known, nearest, seen);
}

/** Returns whether two batches are of about one size: a mean over a window sways a little. */
export function isSameSize(one: number, other: number): boolean {
  return Math.max(one, other) <= SAME_SIZE_RATIO * Math.min(one, other);
}

/** Returns what is known with the sizes in it that were not. */
export function withServices(learned: LearnedCapacity, seen: readonly SeenService[]): LearnedCapacity {
  const added = seen
    .map((service) => ({ ...service, batch: stepOf(service.batch) }))
    .filter(
      ({ model, batch }) => !learned.services.some((known) => known.model === model && known.batch === batch),
    );
  return added.length === 0
    ? learned
    : { ...learned, services: [...learned.services, ...added].slice(-SERVICES_MAX) };
}

/** The nearest size of batch at which services are told apart. */
function stepOf(batch: number): number {
  const step = 2 ** (Math.round(STEPS_PER_DOUBLING * Math.log2(batch)) / STEPS_PER_DOUBLING);
  return Number(step.toPrecision(6));
}

function between(below: LearnedService, above: LearnedService, batch: number): number {
  const share = (batch - below.batch) / (above.batch - below.batch);
  return below.executionSeconds + share * (above.executionSeconds - below.executionSeconds);
}

/** A smaller batch takes at least its share of a larger one's time, and no longer. */
function ratioBeyond(
  known: readonly LearnedService[],
  nearest: LearnedService,
  { batch, executionSeconds }: SeenService,
): ExecutionRatio | null {
  const growth = batch / nearest.batch;
  if (growth > REACH_RATIO || growth < 1 / REACH_RATIO) return null;
  const [least, most] = [
    nearest.executionSeconds * Math.min(1, growth),
    nearest.executionSeconds * Math.max(1, growth),
  ];
  const slope = slopeOf(known);
  if (slope === null) {
    // Hardly any service grows in full proportion: a smaller batch that seems to is rather of a faster service.
    const nearestUsual = Math.min(most, Math.max(Math.sqrt(least * most), executionSeconds));
    return { ratio: executionSeconds / nearestUsual, isExact: false };
  }
  const expected = nearest.executionSeconds + slope * (batch - nearest.batch);
  return exactly(executionSeconds / Math.min(most, Math.max(least, expected)));
}

function exactly(ratio: number): ExecutionRatio {
  return { ratio, isExact: true };
}

/** Seconds per inference in a batch, by least squares; null where the known sizes are too close together. */
function slopeOf(known: readonly LearnedService[]): number | null {
  const sizes = known.map(({ batch }) => batch);
  if (Math.max(...sizes) < SPAN_RATIO * Math.min(...sizes)) return null;
  const mean = (values: readonly number[]): number =>
    values.reduce((total, value) => total + value, 0) / values.length;
  const meanBatch = mean(sizes);
  const meanSeconds = mean(known.map(({ executionSeconds }) => executionSeconds));
  const together = known.map(
    ({ batch, executionSeconds }) => (batch - meanBatch) * (executionSeconds - meanSeconds),
  );
  return mean(together) / mean(sizes.map((batch) => (batch - meanBatch) ** 2));
}
