// For which policies another process on the same source is promised to answer alike (rule 40 of the semantics).

import { loadLimitOf, reliesOnLearnedCapacity } from "../decide/capacity-signal.ts";
import { reliesOnLearnedStart } from "../decide/context.ts";
import { declaresLoadTarget } from "../decide/declared.ts";
import type { LoadedPolicy } from "../domain/policy-set.ts";
import type { ScalerState } from "../domain/state.ts";
import { elapsed, type Instant } from "../domain/units.ts";
import { memorySpan } from "../domain/windows.ts";

/** Since when a policy's ticks have followed one another, under which hash of it. */
type Run = { readonly hash: string; readonly since: Instant };

export class Agreement {
  readonly #runs = new Map<string, Run>();

  /** An instant of the grid was missed, or its source not read: every promise begins anew. */
  interrupted(): void {
    this.#runs.clear();
  }

  /** The same of one policy, which could not be decided or is no longer served. */
  forget(key: string): void {
    this.#runs.delete(key);
  }

  /**
   * Takes in that a policy was decided at `at` from a source that was read, and returns whether equality is promised:
   * from W after the first such tick in a row. Where probes size, never: what they teach is each process's own. What
   * starts, breaches under way and, unless processes share a checkpoint, loads teach is too: a tick that relied on it
   * begins the promise anew. `state` is the one after the tick.
   */
  decided(
    { key, hash, policy }: LoadedPolicy,
    {
      at,
      state,
      isShared,
    }: { readonly at: Instant; readonly state: ScalerState; readonly isShared: boolean },
  ): boolean {
    const known = this.#runs.get(key);
    const isSizedByOwn = !isShared && reliesOnLearnedCapacity(state, policy);
    const began = Object.values(state.breaches).map((breach) => breach.at);
    const isOwn = isSizedByOwn || reliesOnLearnedStart(state, policy);
    const isOlder = began.some((breachAt) => known !== undefined && breachAt <= known.since);
    const run = known?.hash === hash && !isOwn && !isOlder ? known : { hash, since: at };
    this.#runs.set(key, run);
    const isSized = declaresLoadTarget(policy.signals) || loadLimitOf({ policy, state }) !== null;
    return isSized && elapsed(run.since, at) >= memorySpan(policy);
  }
}
