// Every policy in force with its state and its latest records. RPC handlers and the HTTP API only read it.

import type { LoadedPolicy, RejectedFile } from "../domain/policy-set.ts";
import type { DecisionRecord } from "../domain/record.ts";
import { initialState, type ScalerState } from "../domain/state.ts";
import { elapsed, type Instant } from "../domain/units.ts";
import { noHistory, type RecordHistory } from "../ports/record-history.ts";

export type Entry = {
  readonly loaded: LoadedPolicy;
  readonly state: ScalerState;
  /** The newest record, or null before the first tick. */
  readonly record: DecisionRecord | null;
  /** When its file went away; the last answer then stands for `missingData.holdFor`. */
  readonly deletedAt: Instant | null;
};

export type RejectedPolicyFile = RejectedFile & { readonly lastGoodInForce: boolean };

export type PolicyChanges = {
  readonly added: readonly string[];
  readonly edited: readonly string[];
  readonly deleted: readonly string[];
};

type MutableChanges = { readonly [Kind in keyof PolicyChanges]: string[] };

export class Registry {
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<(record: DecisionRecord) => void>();
  readonly #policyListeners = new Set<() => void>();
  #rejected: readonly RejectedPolicyFile[] = [];
  /** Every record that was published, as far back as it is kept. */
  readonly history: RecordHistory;

  constructor(history: RecordHistory = noHistory) {
    this.history = history;
  }

  entries(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  entry(key: string): Entry | null {
    return this.#entries.get(key) ?? null;
  }

  /** Returns the entries whose policy has this bare name, whatever their namespace. */
  named(name: string): readonly Entry[] {
    return this.entries().filter((entry) => entry.loaded.policy.name === name);
  }

  rejected(): readonly RejectedPolicyFile[] {
    return this.#rejected;
  }

  /**
   * Puts a reading of the policy files in force. A policy whose file is now rejected stays as it was; one that is gone
   * is marked deleted; an edited one keeps its state unless its target or models changed. `states` are what a
   * checkpoint remembered (null: no checkpoint was readable); `isMemoryLost`: there is one, and it could not be read.
   */
  apply(
    policies: readonly LoadedPolicy[],
    {
      rejected,
      at,
      states,
      isMemoryLost = false,
    }: {
      readonly rejected: readonly RejectedFile[];
      readonly at: Instant;
      readonly states?: ReadonlyMap<string, ScalerState> | null;
      readonly isMemoryLost?: boolean;
    },
  ): PolicyChanges {
    const rejectedFiles = new Set(rejected.map(({ file }) => file));
    const present = new Set(policies.map(({ key }) => key));
    const changes: { added: string[]; edited: string[]; deleted: string[] } = {
      added: [],
      edited: [],
      deleted: [],
    };
    const remembers = states !== null && states !== undefined;
    const begin = (key: string): ScalerState => states?.get(key) ?? initialState({ remembers, isMemoryLost });
    for (const loaded of policies) this.#accept(loaded, changes, begin);
    for (const entry of this.entries()) {
      const { key, file } = entry.loaded;
      if (present.has(key) || rejectedFiles.has(file) || entry.deletedAt !== null) continue;
      this.#entries.set(key, { ...entry, deletedAt: at });
      changes.deleted.push(key);
    }
    this.#rejected = rejected.map((file) => ({
      ...file,
      lastGoodInForce: this.entries().some((entry) => entry.loaded.file === file.file),
    }));
    for (const listener of this.#policyListeners) listener();
    return changes;
  }

  /** Makes `record` the answer of its policy. */
  publish(key: string, state: ScalerState, record: DecisionRecord): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.set(key, { ...entry, state, record });
    this.history.add(record);
    for (const listener of this.#listeners) listener(record);
  }

  /** Gives a policy another state, unless it was edited, ticked or deleted since `entry` was read. */
  rebuild(entry: Entry, state: ScalerState): void {
    const { key } = entry.loaded;
    if (this.#entries.get(key) === entry) this.#entries.set(key, { ...entry, state });
  }

  /** Drops policies deleted longer than their `holdFor` ago; returns their keys. */
  forget(at: Instant): readonly string[] {
    const gone = this.entries().filter(
      ({ deletedAt, loaded }) =>
        deletedAt !== null && elapsed(deletedAt, at) >= loaded.policy.missingData.holdFor,
    );
    for (const { loaded } of gone) {
      this.#entries.delete(loaded.key);
      this.history.forget(loaded.key);
    }
    if (gone.length > 0) for (const listener of this.#policyListeners) listener();
    return gone.map(({ loaded }) => loaded.key);
  }

  /** Calls `listener` with every record from now on; returns how to stop. */
  onRecord(listener: (record: DecisionRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` whenever policies were put in force, edited, deleted or forgotten; returns how to stop. */
  onPolicies(listener: () => void): () => void {
    this.#policyListeners.add(listener);
    return () => this.#policyListeners.delete(listener);
  }

  #accept(loaded: LoadedPolicy, changes: MutableChanges, begin: (key: string) => ScalerState): void {
    const known = this.#entries.get(loaded.key);
    if (known === undefined) {
      const state = begin(loaded.key);
      this.#entries.set(loaded.key, { loaded, state, record: null, deletedAt: null });
      changes.added.push(loaded.key);
      return;
    }
    const same = known.loaded.hash === loaded.hash && known.deletedAt === null;
    const state = scalesTheSame(known.loaded, loaded) ? known.state : initialState();
    this.#entries.set(loaded.key, { ...known, loaded, state, deletedAt: null });
    if (!same) changes.edited.push(loaded.key);
  }
}

function scalesTheSame(one: LoadedPolicy, other: LoadedPolicy): boolean {
  const subject = ({ policy }: LoadedPolicy): string =>
    JSON.stringify([policy.target, policy.models.map(({ name }) => name)]);
  return subject(one) === subject(other);
}
