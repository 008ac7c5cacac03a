// Decides the recent past once more, unpublished: a fresh process then decides as one that has run all along.

import { futileBreaches } from "../decide/remember.ts";
import type { Policy } from "../domain/policy.ts";
import type { ReplicaReading } from "../domain/samples.ts";
import { NO_STARTUP_MEMORY } from "../domain/startup-times.ts";
import type { ScalerState } from "../domain/state.ts";
import { initialState } from "../domain/state.ts";
import { after, before, type Instant, type Millis } from "../domain/units.ts";
import { memorySpan, sampleSpan } from "../domain/windows.ts";
import type { MetricsSource } from "../ports/metrics-source.ts";
import { gridAtOrBefore } from "./grid.ts";
import { readActivation, readQueries } from "./queries.ts";
import type { Entry } from "./registry.ts";
import { tickPolicy } from "./tick.ts";

export type WarmUpSettings = {
  readonly interval: Millis;
  readonly lag: Millis;
  readonly version: string;
};

/**
 * Returns whether a first decision without its past could be lower than the neighbour's: an activity that lasts, or
 * starting replicas that have taken too long to count as such. Any other only lacks what would lower it.
 */
export function needsPastFirst(policy: Policy, { desired, ready, source }: ReplicaReading): boolean {
  if (policy.replicas.min === 0) return true;
  // Pods that are counted are ready ones: none of them starts.
  return source !== "pods" && (desired === null || ready === null || ready < desired);
}

/** What the past is read from. */
export type PastSource = Pick<MetricsSource, "workload" | "queried" | "scrapeInterval">;

type WarmUp = { readonly source: PastSource; readonly settings: WarmUpSettings };

/** Returns what `warmingUp` does, waiting between ticks where `breathe` asks for it. */
export async function warmedState(
  entry: Pick<Entry, "loaded" | "state">,
  at: Instant,
  { breathe, ...warmUp }: WarmUp & { readonly breathe: () => Promise<void> | null },
): Promise<ScalerState> {
  const ticks = warmingUp(entry, at, warmUp);
  for (let next = ticks.next(); ; next = ticks.next()) {
    if (next.done === true) return next.value;
    const turn = breathe();
    if (turn !== null) await turn;
  }
}

/**
 * Returns the state of a policy just before its tick at `at`: every tick of the last W (see `memorySpan`) decided from
 * the source's past, one a step. What a checkpoint knows beyond W (probes, capacity, start-up times) is kept, and its answer as well: it is
 * not undercut until the windows have passed.
 */
export function* warmingUp(
  entry: Pick<Entry, "loaded" | "state">,
  at: Instant,
  { source, settings }: WarmUp,
): Generator<void, ScalerState> {
  const { loaded, state: known } = entry;
  const { policy } = loaded;
  const { interval, lag, version } = settings;
  let state: ScalerState = {
    ...initialState(),
    startups: { ...NO_STARTUP_MEMORY, times: known.startups.times },
    learned: known.learned,
    isMemoryLost: known.isMemoryLost,
  };
  const span = sampleSpan(policy);
  for (
    let tick = gridAtOrBefore(before(at, memorySpan(policy)), interval);
    tick < at;
    tick = after(tick, interval)
  ) {
    const readAt = before(tick, lag);
    const samples = source.workload(policy.target, readAt, span);
    state = tickPolicy({
      at: tick,
      readAt,
      loaded,
      state,
      samples,
      scrapeInterval: source.scrapeInterval,
      tickInterval: interval,
      activation: readActivation(source, policy, readAt),
      queries: readQueries(source, policy, readAt),
      detail: "observation",
      version,
    }).state;
    // What the checkpoint had learned until then is in it already.
    if (known.at !== null && tick <= known.at) state = withLearned(state, known);
    yield;
  }
  const { probe, failedProbes, noProbeUntil } = known;
  const answers = [state.lastAnswer, known.lastAnswer].filter((answer) => answer !== null);
  return {
    ...state,
    probe,
    failedProbes,
    noProbeUntil,
    breaches: { ...state.breaches, ...stillFutile(known.breaches, state, at) },
    restored: known.lastAnswer !== null,
    lastAnswer: answers.length === 0 ? null : Math.max(...answers),
  };
}

function withLearned(state: ScalerState, { learned, startups: { times } }: ScalerState): ScalerState {
  return { ...state, learned, serviceChangedAt: null, startups: { ...state.startups, times } };
}

/** Breaches that replicas did not cure, as far as they still last: they may have begun before W. */
function stillFutile(
  known: ScalerState["breaches"],
  { breaches }: ScalerState,
  at: Instant,
): ScalerState["breaches"] {
  const futile = Object.entries(futileBreaches(known, at));
  return Object.fromEntries(futile.filter(([name]) => breaches[name] !== undefined));
}
