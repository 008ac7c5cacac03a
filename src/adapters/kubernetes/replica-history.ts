// Replica counts of the last minute, with the instants at which we learned of them: ticks look a little into the past.

import { before, type Instant, minutes } from "../../domain/units.ts";

/** Null = the workload is not there. */
export type Counts = { readonly desired: number; readonly ready: number } | null;

const KEPT = minutes(1);

export class ReplicaHistory {
  readonly #changes = new Map<string, { readonly at: Instant; readonly counts: Counts }[]>();

  /** Takes in what is so from `at` on. */
  learned(key: string, at: Instant, counts: Counts): void {
    const changes = this.#changes.get(key) ?? [];
    const last = changes.at(-1);
    if (
      last !== undefined &&
      last.counts?.desired === counts?.desired &&
      last.counts?.ready === counts?.ready
    )
      return;
    changes.push({ at, counts });
    const horizon = before(at, KEPT);
    const first = changes.findLastIndex((change) => change.at <= horizon);
    if (first > 0) changes.splice(0, first);
    this.#changes.set(key, changes);
  }

  /** Returns what was so at `at`, or the first that was learned where that was later. */
  at(key: string, at: Instant): Counts {
    const changes = this.#changes.get(key) ?? [];
    return (changes.findLast((change) => change.at <= at) ?? changes[0])?.counts ?? null;
  }
}
