// The rules by which processes agree on one leader through a Lease: what to do next, given what was seen and when.
// Clocks of different machines are never compared: a lease is over when it has not changed for its time on our own clock.

export type LeaseRecord = {
  /** Null = nobody holds it. */
  readonly holder: string | null;
  readonly durationSeconds: number;
  /** As its holder wrote it; only its changing means anything. */
  readonly renewedText: string | null;
  readonly acquiredText: string | null;
  readonly transitions: number;
  /** What a write must name. */
  readonly version: string;
};

export type LeaseTimes = {
  /** Others may take the lease when it has not been renewed for so long. */
  readonly durationMs: number;
  /** A leader that has not renewed for so long no longer acts. */
  readonly renewWithinMs: number;
  readonly retryMs: number;
};

/** As the components of Kubernetes have them. */
export const LEASE_TIMES: LeaseTimes = { durationMs: 15_000, renewWithinMs: 10_000, retryMs: 2000 };

export type ElectionState = {
  /** The record as it was last seen, and when it last changed by our clock; null = there is none, or it was never read. */
  readonly seen: { readonly record: LeaseRecord; readonly changedAtMs: number } | null;
  /** When we began the write by which we last got or kept the lease; null = we do not hold it. */
  readonly heldSinceMs: number | null;
};

export const NO_ELECTION: ElectionState = { seen: null, heldSinceMs: null };

export type ElectionStep =
  | { readonly kind: "read" }
  | { readonly kind: "create" }
  | { readonly kind: "take"; readonly from: LeaseRecord }
  | { readonly kind: "renew"; readonly from: LeaseRecord }
  | { readonly kind: "wait" };

export type Who = { readonly identity: string; readonly nowMs: number };

/** Returns whether we may act: our last renewal is so recent that nobody else can have taken the lease. */
export function isLeading(
  { heldSinceMs }: ElectionState,
  nowMs: number,
  { renewWithinMs }: LeaseTimes = LEASE_TIMES,
): boolean {
  return heldSinceMs !== null && nowMs - heldSinceMs < renewWithinMs;
}

/** Takes in the record as it was read at `nowMs`; null = there is none. */
export function saw(
  state: ElectionState,
  record: LeaseRecord | null,
  { identity, nowMs }: Who,
): ElectionState {
  if (record === null) return { seen: null, heldSinceMs: null };
  const known = state.seen;
  const isSame = known !== null && isUnchanged(known.record, record);
  return {
    seen: { record, changedAtMs: isSame ? known.changedAtMs : nowMs },
    heldSinceMs: record.holder === identity ? state.heldSinceMs : null,
  };
}

/** Takes in a record that we wrote ourselves in a request that began at `beganMs`. */
export function wrote(
  record: LeaseRecord,
  { identity, beganMs }: { readonly identity: string; readonly beganMs: number },
): ElectionState {
  return {
    seen: { record, changedAtMs: beganMs },
    heldSinceMs: record.holder === identity ? beganMs : null,
  };
}

/** Returns what to do with what has just been read (or, null, is not there). */
export function electionStep(
  { seen }: ElectionState,
  { identity, nowMs }: Who,
): Exclude<ElectionStep, { kind: "read" }> {
  if (seen === null) return { kind: "create" };
  const { record, changedAtMs } = seen;
  if (record.holder === identity) return { kind: "renew", from: record };
  const isOver = nowMs - changedAtMs >= record.durationSeconds * 1000;
  return record.holder === null || isOver ? { kind: "take", from: record } : { kind: "wait" };
}

/** A record that its holder has renewed differs in its version, and in what it says; a mere touch of its labels does not count. */
function isUnchanged(one: LeaseRecord, other: LeaseRecord): boolean {
  return (
    one.holder === other.holder &&
    one.renewedText === other.renewedText &&
    one.transitions === other.transitions &&
    one.acquiredText === other.acquiredText
  );
}
