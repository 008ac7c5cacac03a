// What a policy's decisions remember between ticks: plain versioned data that can be saved, logged, replayed and compared.

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
  /** No probe before this instant; null = not decided yet (set at the first tick). */
  readonly noProbeUntil: Instant | null;
};

/**
 * Returns the state of a policy that has never ticked. `remembers` says that a checkpoint was readable (and simply
 * had nothing on this policy): probes are then free from the start, else only after an hour.
 */
export function initialState({ remembers = false }: { readonly remembers?: boolean } = {}): ScalerState {
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
    noProbeUntil: remembers ? instant(0) : null,
  };
}
