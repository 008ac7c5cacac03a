// What the API shows of the registry: plain data in the shape and order of keys that its readers rely on.

import { clusterNotes } from "../control/cluster-notes.ts";
import { shownReason } from "../control/reason.ts";
import type { Entry, Registry } from "../control/registry.ts";
import type { Status } from "../domain/decision.ts";
import type { PolicyMode } from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import type { TargetRef } from "../domain/target.ts";
import type { Instant } from "../domain/units.ts";
import type { DecisionsQuestion } from "./questions.ts";

/** One policy at a glance; before its first record numbers and instant are null and the status is `starting`. */
export type PolicyRow = {
  readonly policy: string;
  readonly mode: PolicyMode;
  readonly hash: string;
  readonly file: string;
  readonly target: TargetRef;
  readonly current: number | null;
  readonly ready: number | null;
  readonly wanted: number | null;
  readonly active: boolean | null;
  readonly status: Status;
  readonly reason: string | null;
  readonly at: Instant | null;
  /** What the cluster tells besides: pods that do not serve, an HPA that will not follow. Left out where it is nothing. */
  readonly notes?: readonly string[];
};

/** Returns a row for each policy in force, sorted by key. */
export function policyRows(registry: Registry): readonly PolicyRow[] {
  return registry
    .entries()
    .map(policyRow)
    .toSorted((one, other) => (one.policy < other.policy ? -1 : 1));
}

function policyRow({ loaded, record }: Entry): PolicyRow {
  const { key, policy, hash, file } = loaded;
  const { kind, namespace, name } = policy.target;
  const notes = record === null ? [] : clusterNotes(record, policy);
  return {
    policy: key,
    mode: policy.mode,
    hash,
    file,
    target: { kind, namespace, name },
    current: record?.observation.replicas.desired ?? null,
    ready: record?.observation.replicas.ready ?? null,
    wanted: record?.decision.replicas ?? null,
    active: record?.decision.active ?? null,
    status: record?.decision.status ?? "starting",
    reason: record === null ? null : shownReason(record.steps),
    at: record?.at ?? null,
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** One page of records, newest first; asked again with `to` = `next` it goes on with older ones. */
export type DecisionsPage = { readonly decisions: readonly DecisionRecord[]; readonly next: Instant | null };

/** Returns the newest records in the span asked for; `next` is the instant of the first one left out. */
export async function decisionsPage(registry: Registry, question: DecisionsQuestion): Promise<DecisionsPage> {
  const { entry, from, to, limit } = question;
  const found = await registry.history.newest(entry.loaded.key, { from, to, limit: limit + 1 });
  return { decisions: found.slice(0, limit), next: found[limit]?.at ?? null };
}

/** Returns the last record at or before `at` (null: the last one), or null where memory has none. */
export async function recordAt(
  registry: Registry,
  { loaded }: Entry,
  at: Instant | null,
): Promise<DecisionRecord | null> {
  const [record] = await registry.history.newest(loaded.key, { from: null, to: at, limit: 1 });
  return record ?? null;
}
