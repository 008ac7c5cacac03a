// For which policies another process on the same source is promised to answer alike (rule 40 of the semantics).

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
   * from W after the first such tick in a row. Without a load signal never: what probes teach is each process's own.
   * What starts teach is too: a tick that relied on it begins the promise anew. `state` is the one after the tick.
   */
  decided({ key, hash, policy }: LoadedPolicy, at: Instant, state: ScalerState): boolean {
    const known = this.#runs.get(key);
    const isOwn = reliesOnLearnedStart(state, policy);
    const run = known?.hash === hash && !isOwn ? known : { hash, since: at };
    this.#runs.set(key, run);
    return declaresLoadTarget(policy.signals) && elapsed(run.since, at) >= memorySpan(policy);
  }
}
