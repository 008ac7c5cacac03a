// What a backtest comes to: each change of the wanted count, and figures a policy.

import { shownReason } from "../control/reason.ts";
import { STATUSES, type Status } from "../domain/decision.ts";
import { formatInstant } from "../domain/instant.ts";
import type { DecisionRecord } from "../domain/record.ts";
import { type Millis, toSeconds } from "../domain/units.ts";

export type WantedChange = {
  readonly at: string;
  readonly from: number;
  readonly to: number;
  readonly status: Status;
  readonly reason: string | null;
};

export type PolicySummary = {
  readonly policy: string;
  readonly ticks: number;
  readonly changes: readonly WantedChange[];
  /** Null where no tick had a number. */
  readonly wantedMin: number | null;
  readonly wantedMax: number | null;
  readonly secondsByStatus: Readonly<Record<Status, number>>;
};

export type BacktestResult = {
  readonly kind: "BacktestResult";
  readonly v: 1;
  readonly policies: readonly PolicySummary[];
};

type Tally = {
  ticks: number;
  wanted: number | null;
  min: number | null;
  max: number | null;
  readonly changes: WantedChange[];
  readonly byStatus: Record<Status, number>;
};

/** Gathers records as they are published. */
export class BacktestTally {
  readonly #interval: Millis;
  readonly #tallies: Map<string, Tally>;

  constructor(policies: readonly string[], interval: Millis) {
    this.#interval = interval;
    this.#tallies = new Map(policies.map((policy) => [policy, emptyTally()]));
  }

  /** Counts a record; returns the change of the wanted count that it brings, if any. The first one compares with desired. */
  take(record: DecisionRecord): WantedChange | null {
    const tally = this.#tallies.get(record.policy);
    if (tally === undefined) return null;
    const { replicas: to, status } = record.decision;
    tally.ticks += 1;
    tally.byStatus[status] += toSeconds(this.#interval);
    if (to === null) return null;
    const from = tally.wanted ?? record.observation.replicas.desired ?? to;
    tally.wanted = to;
    tally.min = Math.min(tally.min ?? to, to);
    tally.max = Math.max(tally.max ?? to, to);
    if (from === to) return null;
    const change = { at: formatInstant(record.at), from, to, status, reason: shownReason(record.steps) };
    tally.changes.push(change);
    return change;
  }

  /** Returns the result so far, policies in their given order. */
  result(): BacktestResult {
    const policies = [...this.#tallies].map(([policy, { ticks, changes, min, max, byStatus }]) => ({
      policy,
      ticks,
      changes,
      wantedMin: min,
      wantedMax: max,
      secondsByStatus: byStatus,
    }));
    return { kind: "BacktestResult", v: 1, policies };
  }
}

/** Returns a change as one line. */
export function changeText(policy: string, { at, from, to, status, reason }: WantedChange): string {
  return `${at} ${policy} ${from} -> ${to} ${status} ${reason}`;
}

/** Returns a policy's figures as one line. */
export function summaryText({
  policy,
  ticks,
  changes,
  wantedMin,
  wantedMax,
  secondsByStatus,
}: PolicySummary): string {
  const wanted = wantedMin === null ? "nothing wanted" : `wanted ${wantedMin} to ${wantedMax}`;
  const spans = STATUSES.filter((status) => secondsByStatus[status] > 0).map(
    (status) => `${status} ${secondsByStatus[status]} s`,
  );
  return `${policy}: ${ticks} ticks, ${changes.length} changes, ${wanted}, ${spans.join(", ")}`;
}

function emptyTally(): Tally {
  const byStatus = { starting: 0, live: 0, degraded: 0, holding: 0, unavailable: 0 };
  return { ticks: 0, wanted: null, min: null, max: null, changes: [], byStatus };
}
