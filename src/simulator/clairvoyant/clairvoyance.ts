// All that knowing the future gives for one workload: a plan to follow, and the cost that nothing can go below.

import type { ModelScenario, WorkloadScenario } from "../../domain/scenario.ts";
import type { RequestPlane } from "../requests/request-plane.ts";
import { leastStartupSeconds, longStartupSeconds, meanStartupSeconds } from "../startup-time.ts";
import type { ArrivalSource } from "../traffic/arrival-source.ts";
import { replicaCapacity } from "../world/replica-demand.ts";
import { boundArrivals, costLowerBound } from "./lower-bound.ts";
import { type FoundPlan, searchPlan } from "./plan-search.ts";
import { plannedOutcomes } from "./planned-outcomes.ts";
import { replicaRateCeiling } from "./replica-rate.ts";

/** The run whose future is known. Times are seconds since its start. */
export type KnownRun = {
  readonly workload: WorkloadScenario;
  /** Returns the run's requests anew, one source a model. */
  readonly makeArrivals: () => readonly ArrivalSource[];
  /** Returns a new plane with those requests, without servers. */
  readonly makePlane: () => RequestPlane;
  readonly durationSeconds: number;
  readonly warmupSeconds: number;
  /** The share of requests that has to be good. */
  readonly attainmentRatio: number;
  /** The latency within which an answer is good. */
  readonly latencySeconds: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
};

export type Clairvoyance = FoundPlan & {
  /** How long before its slot a replica of the plan has to be asked for. */
  readonly leadSeconds: number;
  /**
   * Replica-seconds of the counted time (starting, ready, draining) with which no autoscaler, whatever its bounds, can reach
   * the share for every model; but by luck of the drawn execution times.
   */
  readonly lowerBoundReplicaSeconds: number;
};

const SHORT_RUN_SECONDS = 7200;
const SHORT_SLOT_SECONDS = 15;
const LONG_SLOT_SECONDS = 60;
const LEAST_SIMULATIONS = 6;
const MOST_SIMULATIONS = 40;
/** A search serves about so many requests in all. */
const REQUESTS_PER_SEARCH = 1.5e7;
/** Of a slot of the bound only the last part, one latency long, is left out. */
const LATENCIES_PER_BOUND_SLOT = 20;
const BOUND_SLOT_SECONDS = 30;
const BUFFER_SIZE = 4096;

/** Returns plan and bound; the plan is searched by serving all requests again and again. */
export function clairvoyance(run: KnownRun): Clairvoyance {
  const { workload, durationSeconds } = run;
  const slotSeconds = durationSeconds <= SHORT_RUN_SECONDS ? SHORT_SLOT_SECONDS : LONG_SLOT_SECONDS;
  const leadSeconds = longStartupSeconds(workload.startup);
  const counts = countsBySlot(run, slotSeconds);
  const capacities = workload.models.map(replicaCapacity);
  const found = searchPlan({
    costs: {
      slotSeconds,
      startupSeconds: meanStartupSeconds(workload.startup),
      initialReplicas: workload.initialReplicas,
    },
    work: counts.map((models) =>
      models.reduce((sum, count, model) => sum + count / slotSeconds / (capacities[model] ?? 1), 0),
    ),
    attainmentRatio: run.attainmentRatio,
    minReplicas: run.minReplicas,
    maxReplicas: run.maxReplicas,
    simulationsMax: simulationsFor(counts.flat().reduce((sum, count) => sum + count, 0)),
    simulate: (plan) =>
      plannedOutcomes(plan, {
        plane: run.makePlane(),
        models: workload.models.length,
        durationSeconds,
        initialReplicas: workload.initialReplicas,
        leadSeconds,
      }),
  });
  return { ...found, leadSeconds, lowerBoundReplicaSeconds: lowerBound(run) };
}

function simulationsFor(requests: number): number {
  const affordable = Math.round(REQUESTS_PER_SEARCH / Math.max(1, requests));
  return Math.max(LEAST_SIMULATIONS, Math.min(MOST_SIMULATIONS, affordable));
}

/** By slot, then by model. */
function countsBySlot(run: KnownRun, slotSeconds: number): readonly (readonly number[])[] {
  const slots = Math.ceil(run.durationSeconds / slotSeconds);
  const counts = Array.from({ length: slots }, () => run.workload.models.map(() => 0));
  for (const [model, source] of run.makeArrivals().entries()) {
    for (const arrival of arrivalTimes(source, run.durationSeconds)) {
      const slot = counts[Math.floor(arrival / slotSeconds)];
      if (slot !== undefined) slot[model] = (slot[model] ?? 0) + 1;
    }
  }
  return counts;
}

/** Without an objective nothing has to be served. Any one model alone is a bound for all. What begins uncounted may begin with as many replicas as it likes. */
function lowerBound(run: KnownRun): number {
  if (!Number.isFinite(run.latencySeconds)) return 0;
  const bounds = run.makeArrivals().map((source, index) => {
    const model = run.workload.models[index];
    return model === undefined ? 0 : modelBound(run, model, source);
  });
  return Math.max(0, ...bounds);
}

function modelBound(run: KnownRun, model: ModelScenario, source: ArrivalSource): number {
  const { warmupSeconds, durationSeconds, latencySeconds, attainmentRatio, workload } = run;
  const slotSeconds = Math.max(BOUND_SLOT_SECONDS, Math.ceil(latencySeconds * LATENCIES_PER_BOUND_SLOT));
  const counted: number[] = [];
  for (const arrival of arrivalTimes(source, durationSeconds)) {
    if (arrival >= warmupSeconds) counted.push(arrival - warmupSeconds);
  }
  const count = Math.floor((durationSeconds - warmupSeconds) / slotSeconds);
  const arrivals = boundArrivals(counted, { slotSeconds, count, latencySeconds });
  const ratePerReplica = replicaRateCeiling(model);
  const most = Math.ceil(
    arrivals.reduce((found, one) => Math.max(found, one), 0) / slotSeconds / ratePerReplica,
  );
  return costLowerBound({
    arrivals,
    totalArrivals: counted.length,
    attainmentRatio,
    slotSeconds,
    ratePerReplica,
    startupSeconds: leastStartupSeconds(workload.startup),
    initialReplicas: warmupSeconds > 0 ? most : workload.initialReplicas,
    minReplicas: 0,
    maxReplicas: most,
  });
}

function* arrivalTimes(source: ArrivalSource, until: number): Generator<number> {
  const times = new Float64Array(BUFFER_SIZE);
  const batches = new Uint16Array(BUFFER_SIZE);
  for (let filled = BUFFER_SIZE; filled === BUFFER_SIZE; ) {
    filled = source.fill(until, times, batches);
    yield* times.subarray(0, filled);
  }
}
