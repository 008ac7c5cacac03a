// Calibrates a service profile on a quarter of a section's points and predicts the rest by playing them.

import type { ServiceTime } from "../../src/domain/scenario.ts";
import { type LoopSetup, playClosedLoop } from "./closed-loop.ts";
import type { MeasuredPoint, MeasuredSection } from "./measured-sections.ts";
import { patternSearch } from "./pattern-search.ts";

/** Relative errors of one point that no calibration has seen. */
export type PointError = { readonly throughput: number; readonly latency: number };

export type SectionFit = { readonly setup: LoopSetup; readonly errors: readonly PointError[] };

/** Not in the tables; keeps clients from running in step for ever. */
const SPREAD = 0.1;
/** The simpler of two explanations stands unless the other one is better by so much a point: few points fit anything. */
const PREFERENCE = 0.02;
/** Factors that a search starts from: contention of two instances, and the share of a latency that is execution. */
const CONTENTION_START = 2;
const SCALE_START = 1;
/** First steps of a search: of the contention, of the front end's share of a request's time, of the scale. */
const FIRST_STEPS = [0.4, 0.25, 0.2];

/**
 * Calibrates on the third of every four points in the order of clients (of tables below ten points the second, so that
 * no quarter is empty), and predicts the others. The service curve is the Offline table's.
 */
export function fitOnline(online: MeasuredSection, offline: MeasuredSection): SectionFit {
  const place = online.points.length < 10 ? 1 : 2;
  const known = online.points.filter((_, index) => index % 4 === place);
  const unseen = online.points.filter((_, index) => index % 4 !== place);
  const setup = calibrate(online, offline, known);
  return { setup, errors: unseen.map((point) => errorOf(setup, point, point.batch)) };
}

/**
 * Calibrates the curve on a quarter of the batch sizes, two at least, spread from the smallest to the largest; client
 * and network take what they took there on average.
 */
export function fitOffline({ points }: MeasuredSection): SectionFit {
  const count = Math.max(2, Math.round(points.length / 4));
  const places = Array.from({ length: count }, (_, index) =>
    Math.round((index * (points.length - 1)) / (count - 1)),
  );
  const known = points.filter((_, index) => places.includes(index));
  const service: ServiceTime = {
    points: known.map((point) => ({ batch: point.batch, seconds: executionOf(point) })),
    spread: 0,
    gpuContention: 1,
    overheadSeconds:
      known.reduce((sum, point) => sum + point.latencySeconds - executionOf(point), 0) / known.length,
  };
  const setup = { service, maxBatchSize: 1, instances: 1, waitingBatchesGrow: true, frontEndSeconds: 0 };
  const unseen = points.filter((_, index) => !places.includes(index));
  return {
    setup,
    errors: unseen.map((point) => {
      const counted = inRequests(service.points, point.batch);
      return errorOf({ ...setup, service: { ...service, points: counted } }, point, point.batch);
    }),
  };
}

/** Tries what the table does not say (instances, whether waiting batches grow) as well, on the same points. */
function calibrate(
  online: MeasuredSection,
  offline: MeasuredSection,
  known: readonly MeasuredPoint[],
): LoopSetup {
  const requestBatch = online.points[0]?.batch ?? 1;
  const curve = inRequests(
    offline.points.map((point) => ({ batch: point.batch, seconds: executionOf(point) })),
    requestBatch,
  );
  const isWholeLatency = offline.points.some(({ executionSeconds }) => executionSeconds === null);
  const largest = Math.max(...offline.points.map(({ batch }) => batch));
  const meanGap = requestBatch / (known[0]?.inferencesPerSecond ?? 1);
  const candidates = (online.instances === null ? [1, 2] : [online.instances]).flatMap((instances) =>
    [true, false].map((waitingBatchesGrow) => {
      const setupOf = ([contention = 1, frontEndGaps = 0, scale = 1]: readonly number[]): LoopSetup => ({
        service: {
          points: curve.map(({ batch, seconds }) => ({ batch, seconds: seconds * scale })),
          spread: SPREAD,
          gpuContention: contention,
          overheadSeconds: isWholeLatency ? 0 : (offline.points[0]?.clientSeconds ?? 0),
        },
        maxBatchSize: Math.floor((online.maxBatch ?? largest) / requestBatch),
        instances,
        waitingBatchesGrow,
        frontEndSeconds: frontEndGaps * meanGap,
      });
      const found = patternSearch((values) => costOf(setupOf(values), known), {
        start: [instances === 1 ? 1 : CONTENTION_START, 0, SCALE_START],
        steps: FIRST_STEPS.map((step, index) => {
          const isFixed = (index === 0 && instances === 1) || (index === 2 && !isWholeLatency);
          return isFixed ? 0 : step;
        }),
        least: [1, 0, 0.1],
      });
      return { setup: setupOf(found.values), cost: found.cost };
    }),
  );
  const margin = PREFERENCE * known.length;
  return candidates.reduce((one, other) => (other.cost < one.cost - margin ? other : one)).setup;
}

/** The whole latency where the table has no server times. */
function executionOf({ executionSeconds, latencySeconds }: MeasuredPoint): number {
  return executionSeconds ?? latencySeconds;
}

function inRequests(points: ServiceTime["points"], requestBatch: number): ServiceTime["points"] {
  return points.map(({ batch, seconds }) => ({ batch: batch / requestBatch, seconds }));
}

function costOf(setup: LoopSetup, known: readonly MeasuredPoint[]): number {
  return known.reduce((sum, point) => {
    const played = playClosedLoop(setup, point.clients);
    const throughput = Math.log((played.requestsPerSecond * point.batch) / point.inferencesPerSecond);
    return sum + Math.abs(throughput) + Math.abs(Math.log(played.latencySeconds / point.latencySeconds));
  }, 0);
}

function errorOf(setup: LoopSetup, point: MeasuredPoint, requestBatch: number): PointError {
  const played = playClosedLoop(setup, point.clients);
  return {
    throughput: Math.abs((played.requestsPerSecond * requestBatch) / point.inferencesPerSecond - 1),
    latency: Math.abs(played.latencySeconds / point.latencySeconds - 1),
  };
}
