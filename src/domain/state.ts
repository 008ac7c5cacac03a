// What a policy's decisions remember between ticks: plain versioned data that can be saved, logged, replayed and compared.

import { type LearnedCapacity, NOTHING_LEARNED } from "./learned-capacity.ts";
import { NO_STARTUP_MEMORY, type StartupMemory } from "./startup-times.ts";
import { type Instant, instant } from "./units.ts";

/** Desired replicas from `at` on, until the next entry. */
export type DesiredChange = { readonly at: Instant; readonly desired: number };
/** The number that a tick recommended, before stabilization. */
export type Recommendation = { readonly at: Instant; readonly replicas: number };

/** A scale-in by one replica on trial, where no load signal says how many are needed. */
export type Probe = {
  /** When desired replicas reached `to`. */
  readonly at: Instant;
  readonly from: number;
  readonly to: number;
  /** λ at that time; null = unknown. */
  readonly arrivalsPerSecond: number | null;
  readonly failedAt: Instant | null;
};

/** A count that turned out too low at this load. */
export type FailedProbe = { readonly at: Instant; readonly to: number; readonly arrivalsPerSecond: number };

/** A count of ready replicas that has not changed for a while, and the load that it met. */
export type HeldReplicas = {
  readonly ready: number;
  readonly since: Instant;
  /** The mean of λ since then, over about the last ten minutes; null = λ was never known. */
  readonly meanArrivalsPerSecond: number | null;
  /** Since then a tick has passed without any backlog above its target. */
  readonly wasClean: boolean;
  /** Since when there has been a backlog above its target without a break; null = there is none. */
  readonly backlogSince: Instant | null;
};

/** A quality signal above its target, from its first tick on. */
export type Breach = {
  readonly at: Instant;
  readonly value: number;
  readonly loadPerReplica: number | null;
  /** Replicas have turned out not to help; until then the signal counts for nothing. */
  readonly futileUntil: Instant | null;
};

/** Inferences per execution. */
export type LastingBatch = { readonly model: string; readonly batch: number; readonly since: Instant };

/** After a restart the answer stays at least at what was answered before, until the windows hold samples again. */
export type RestoredAnswer = { readonly replicas: number; readonly heldUntil: Instant };

export type ScalerState = {
  readonly version: 1;
  /** Read from a checkpoint, and not ticked since. */
  readonly restored: boolean;
  readonly restoredAnswer: RestoredAnswer | null;
  /** The last tick; null before the first. */
  readonly at: Instant | null;
  readonly startedAt: Instant | null;
  readonly lastAnswer: number | null;
  /** The last desired and ready replicas that the source gave. */
  readonly lastReplicas: { readonly at: Instant; readonly desired: number; readonly ready: number } | null;
  /** The last tick with known replicas and a signal (other than a guard) live or idle. */
  readonly lastLiveAt: Instant | null;
  readonly lastActiveAt: Instant | null;
  /** Oldest first; the first entry is what was known at the beginning of memory. */
  readonly desiredChanges: readonly DesiredChange[];
  readonly lastIncreaseAt: Instant | null;
  /** Since when ready has not been below desired. */
  readonly readySince: Instant | null;
  /** The last tick at which that had held for `startup.expected`. */
  readonly steadyAt: Instant | null;
  readonly recommendations: readonly Recommendation[];
  /** Since when ticks have followed one another without a gap. */
  readonly recommendationsSince: Instant | null;
  /** The last tick at which the backlog was above its target. */
  readonly backlogAboveAt: Instant | null;
  readonly probe: Probe | null;
  readonly failedProbes: readonly FailedProbe[];
  readonly held: HeldReplicas | null;
  /** By signal; only those above target. */
  readonly breaches: Readonly<Record<string, Breach>>;
  readonly learned: LearnedCapacity;
  readonly startups: StartupMemory;
  /** Since when executions have taken another time than was learned; null = they do not. */
  readonly serviceChangedAt: Instant | null;
  /** Of each model, the size that its batches have had about, and since when. */
  readonly lastingBatches: readonly LastingBatch[];
  /** A checkpoint is configured and could not be read: what was learned is lost, and every scale-in is a trial. */
  readonly isMemoryLost: boolean;
  /** No probe before this instant; null = not decided yet (set at the first tick). */
  readonly noProbeUntil: Instant | null;
};

/**
 * Returns the state of a policy that has never ticked. `remembers` says that a checkpoint was readable (and simply
 * had nothing on this policy): probes are then free from the start, else only after an hour. `isMemoryLost` says that
 * there is one which could not be read.
 */
export function initialState({
  remembers = false,
  isMemoryLost = false,
}: {
  readonly remembers?: boolean;
  readonly isMemoryLost?: boolean;
} = {}): ScalerState {
  return {
    version: 1,
    restored: false,
    restoredAnswer: null,
    at: null,
    startedAt: null,
    lastAnswer: null,
    lastReplicas: null,
    lastLiveAt: null,
    lastActiveAt: null,
    desiredChanges: [],
    lastIncreaseAt: null,
    readySince: null,
    steadyAt: null,
    recommendations: [],
    recommendationsSince: null,
    backlogAboveAt: null,
    probe: null,
    failedProbes: [],
    held: null,
    breaches: {},
    learned: NOTHING_LEARNED,
    startups: NO_STARTUP_MEMORY,
    serviceChangedAt: null,
    lastingBatches: [],
    isMemoryLost,
    noProbeUntil: remembers ? instant(0) : null,
  };
}
