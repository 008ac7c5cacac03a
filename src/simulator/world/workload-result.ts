// What one workload's part of a run came to, in the form that is printed.

import type { DesiredSince, ReplicaSeries } from "../../domain/simulation-course.ts";
import type { LatencySummaryMs, QueueSummaryMs, SimulationRun } from "../../domain/simulation-result.ts";
import type { LatencyHistogram } from "../requests/latency-histogram.ts";
import type { RequestScore } from "../requests/request-score.ts";
import { recoverySeconds } from "./recovery.ts";
import { replicaCapacity, replicaDemand } from "./replica-demand.ts";
import { scalingSummary } from "./scaling-summary.ts";
import type { WorkloadWorld } from "./workload-world.ts";

const SLOT_SECONDS = 60;

/** Which run it was, and what it is judged by. */
export type RunIdentity = {
  readonly candidate: string;
  readonly seed: number;
  readonly durationSeconds: number;
  readonly warmupSeconds: number;
  /** Of the objective. */
  readonly percentile: number;
};

/** Returns one row a model; the run must be over. */
export function workloadRuns(world: WorkloadWorld, identity: RunIdentity): readonly SimulationRun[] {
  const { plant } = world;
  const { candidate, seed, durationSeconds, warmupSeconds, percentile } = identity;
  const scores = plant.workload.models.map(({ name }, index) => ({ name, score: plant.plane.score(index) }));
  for (const { name, score } of scores) plant.invariants.checkRequests(score.counts, name);
  const gpuHours = plant.ledger.gpuHours();
  const replicas = plant.ledger.replicas(durationSeconds, durationSeconds - warmupSeconds);
  const scaling = scalingSummary(desiredOf(world), warmupSeconds);
  const invariantBreaches = plant.invariants.breaches();
  return scores.map(({ name, score }) => ({
    candidate,
    workload: world.name,
    model: name,
    seed,
    durationSeconds,
    requests: score.counts,
    batches: { executions: score.executions, meanBatch: rounded(ratio(score.inferences, score.executions)) },
    latencyMs: latencySummary(score.latency),
    queueMs: queueSummary(score.queue),
    attainmentRatio: ratio(score.good, score.counts.arrived),
    gpuHours,
    replicas,
    scaling: { ...scaling, recoverySeconds: recoveryOf(score, percentile) },
    invariantBreaches,
  }));
}

/** Returns replicas against demand, in slots of a minute. */
export function replicaSeries(world: WorkloadWorld, durationSeconds: number): ReplicaSeries {
  const { workload, plane, pods } = world.plant;
  const scores = workload.models.map((_, index) => plane.score(index));
  const models = workload.models.map((model, index) => ({
    arrivedBySecond: scores[index]?.arrivedBySecond ?? new Uint32Array(0),
    capacity: replicaCapacity(model),
  }));
  const perSlot = (counts: readonly Uint32Array[]): readonly number[] =>
    demand.map((_, slot) => counts.reduce((sum, each) => sum + inSlot(each, slot), 0));
  const demand = replicaDemand(models, { slotSeconds: SLOT_SECONDS, durationSeconds });
  return {
    workload: world.name,
    slotSeconds: SLOT_SECONDS,
    demand,
    supply: demand.map((_, slot) => pods.ready().at(Math.min(durationSeconds, (slot + 1) * SLOT_SECONDS))),
    arrived: perSlot(scores.map((score) => score.arrivedBySecond)),
    good: perSlot(scores.map((score) => score.goodBySecond)),
    desired: desiredOf(world),
  };
}

function inSlot(bySecond: Uint32Array, slot: number): number {
  const slotCounts = bySecond.subarray(slot * SLOT_SECONDS, (slot + 1) * SLOT_SECONDS);
  return slotCounts.reduce((sum, count) => sum + count, 0);
}

function desiredOf({ plant }: WorkloadWorld): readonly DesiredSince[] {
  return plant.pods
    .desired()
    .changes()
    .map(({ at, value }) => ({ atSeconds: at, replicas: value }));
}

function recoveryOf({ arrivedBySecond, goodBySecond }: RequestScore, percentile: number): number {
  return recoverySeconds({ arrived: arrivedBySecond, good: goodBySecond }, percentile);
}

function latencySummary(histogram: LatencyHistogram): LatencySummaryMs {
  const quantile = (p: number): number | null => toMs(histogram.quantile(p));
  return {
    mean: toMs(histogram.mean()),
    p50: quantile(0.5),
    p90: quantile(0.9),
    p95: quantile(0.95),
    p99: quantile(0.99),
    max: toMs(histogram.max()),
  };
}

function queueSummary(histogram: LatencyHistogram): QueueSummaryMs {
  const { mean, p50, p95, p99, max } = latencySummary(histogram);
  return { mean, p50, p95, p99, max };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** Milliseconds to the microsecond. */
function toMs(seconds: number | null): number | null {
  return seconds === null ? null : rounded(seconds * 1000);
}

function rounded<Value extends number | null>(value: Value): Value | number {
  return value === null ? value : Math.round(value * 1000) / 1000;
}
