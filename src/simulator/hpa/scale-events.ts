// The scalings that an HPA remembers for its rate policies.

import type { ScalingBehavior, ScalingRules } from "./behavior.ts";

type ScaleEvent = { readonly change: number; readonly atMs: number; outdated: boolean };

/** A scaling that was written, at a time in ms. */
export type Scaling = { readonly from: number; readonly to: number; readonly atMs: number };

const MS_PER_SECOND = 1000;

/** The remembered scalings of one HPA, by direction. */
export class ScaleEvents {
  #up: ScaleEvent[] = [];
  #down: ScaleEvent[] = [];

  /** Forgets everything. */
  clear(): void {
    this.#up = [];
    this.#down = [];
  }

  /** Remembers a scaling; one older than the longest period of its own direction's policies gives up its place. */
  remember({ from, to, atMs }: Scaling, behavior: ScalingBehavior): void {
    if (to > from) store(this.#up, { change: (to - from) | 0, atMs, outdated: false }, behavior.scaleUp);
    else store(this.#down, { change: (from - to) | 0, atMs, outdated: false }, behavior.scaleDown);
  }

  /** Returns how many replicas there were before the scalings of the last so many seconds (int32, wrapped). */
  replicasBefore(specReplicas: number, periodSeconds: number, atMs: number): number {
    const cutoff = atMs - periodSeconds * MS_PER_SECOND;
    return (((specReplicas - changeAfter(this.#up, cutoff)) | 0) + changeAfter(this.#down, cutoff)) | 0;
  }
}

/** Outdated events still count where a policy of the other direction reaches them, until their place is taken. */
function store(events: ScaleEvent[], event: ScaleEvent, rules: ScalingRules): void {
  const longest = rules.policies.reduce((period, policy) => Math.max(period, policy.periodSeconds), 0);
  const cutoff = event.atMs - longest * MS_PER_SECOND;
  let place = -1;
  for (const [index, past] of events.entries()) {
    if (past.atMs < cutoff) past.outdated = true;
    if (past.outdated) place = index;
  }
  if (place < 0) events.push(event);
  else events[place] = event;
}

function changeAfter(events: readonly ScaleEvent[], cutoff: number): number {
  return events.reduce((sum, { change, atMs }) => (atMs > cutoff ? (sum + change) | 0 : sum), 0);
}
