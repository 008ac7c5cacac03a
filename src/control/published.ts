// What RPC handlers read of a policy: its last answer. So little that it is copied to a thread of its own at every tick.

import type { Answer, Decision } from "../domain/decision.ts";
import type { Observation } from "../domain/observation.ts";
import type { LoadedPolicy } from "../domain/policy-set.ts";
import type { DecisionRecord } from "../domain/record.ts";
import type { Instant } from "../domain/units.ts";

/** Of a record: when it was decided, and what it answers. Every decision record is one. */
export type PublishedRecord = Pick<DecisionRecord, "at" | "policy"> & {
  readonly decision: Pick<Decision, "status" | "active">;
  readonly answer: Pick<Answer, "code" | "metricValue" | "metricValueFloat">;
  readonly observation: { readonly replicas: Pick<Observation["replicas"], "desired"> };
};

/** Of a policy: who may ask for it, and how long its last answer stands once it is deleted. */
export type PublishedPolicy = Pick<LoadedPolicy, "key"> & {
  readonly policy: {
    readonly name: string;
    readonly target: Pick<LoadedPolicy["policy"]["target"], "namespace">;
    readonly missingData: Pick<LoadedPolicy["policy"]["missingData"], "holdFor">;
  };
};

/** A policy in force with its newest record. Every entry of the registry is one. */
export type PublishedEntry = {
  readonly loaded: PublishedPolicy;
  /** Null before the first tick. */
  readonly record: PublishedRecord | null;
  readonly deletedAt: Instant | null;
};

/** The answers of all policies. The registry is one; so is a copy of it. */
export interface PublishedAnswers {
  entry(key: string): PublishedEntry | null;
  /** Returns the entries whose policy has this bare name, whatever their namespace. */
  named(name: string): readonly PublishedEntry[];
  /** Calls `listener` with every record from now on; returns how to stop. */
  onRecord(listener: (record: PublishedRecord) => void): () => void;
}

/** Returns the published part of a record alone. */
export function publishedRecord({
  at,
  policy,
  decision,
  answer,
  observation,
}: PublishedRecord): PublishedRecord {
  const { status, active } = decision;
  const { code, metricValue, metricValueFloat } = answer;
  const { desired } = observation.replicas;
  return {
    at,
    policy,
    decision: { status, active },
    answer: { code, metricValue, ...(metricValueFloat === undefined ? {} : { metricValueFloat }) },
    observation: { replicas: { desired } },
  };
}

/** Returns the published part of an entry alone. */
export function publishedEntry({ loaded, record, deletedAt }: PublishedEntry): PublishedEntry {
  const { key, policy } = loaded;
  const { name, target, missingData } = policy;
  return {
    loaded: {
      key,
      policy: {
        name,
        target: { namespace: target.namespace },
        missingData: { holdFor: missingData.holdFor },
      },
    },
    record: record === null ? null : publishedRecord(record),
    deletedAt,
  };
}

/** A copy of the answers, as far as it has been told of them. */
export class PublishedCopy implements PublishedAnswers {
  #entries = new Map<string, PublishedEntry>();
  readonly #listeners = new Set<(record: PublishedRecord) => void>();

  /** Takes in all policies there are, with their records; others are gone. */
  replace(entries: readonly PublishedEntry[]): void {
    this.#entries = new Map(entries.map((entry) => [entry.loaded.key, entry]));
  }

  /** Takes in a new record; one of a policy that is not known is left out. */
  publish(record: PublishedRecord): void {
    const entry = this.#entries.get(record.policy);
    if (entry === undefined) return;
    this.#entries.set(record.policy, { ...entry, record });
    for (const listener of this.#listeners) listener(record);
  }

  entry(key: string): PublishedEntry | null {
    return this.#entries.get(key) ?? null;
  }

  named(name: string): readonly PublishedEntry[] {
    return [...this.#entries.values()].filter(({ loaded }) => loaded.policy.name === name);
  }

  onRecord(listener: (record: PublishedRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
