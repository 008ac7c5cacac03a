// How a policy's fleet is sized by load: what each replica may be given, and what a declared target costs.

/** What sets the limit: the declared target, the cap, a bad point, or the floor that bad points do not bring it below. */
export type LimitedBy = "target" | "cap" | "badPoint" | "floor";

/** The limit is the same for all counts from `fromReplicas` to `toReplicas`. */
export type LimitSpan = {
  readonly fromReplicas: number;
  readonly toReplicas: number;
  /** Requests/s of each. */
  readonly perReplica: number;
  readonly limitedBy: LimitedBy;
};

/** A declared target that lies far below what a replica was seen to carry: obeyed, and what that costs. */
export type TargetCost = {
  /** Requests/s of one replica that what was seen would allow. */
  readonly seenPerReplica: number;
  /** By what it was seen: a saturated replica, a load that was held, or the fullest batches (an estimate). */
  readonly seenBy: "cap" | "proven" | "batches";
  /** The target's share of that. */
  readonly ratio: number;
  /** Replicas that the present load needs for the target, and those of them that it would not need by what was seen. */
  readonly neededReplicas: number;
  readonly replicas: number;
};

export type Sizing = {
  /** Requests/s per replica; null = `learned`, or no request rate is declared. */
  readonly declaredPerReplica: number | null;
  /** u(N) from one replica to the policy's most; empty where nothing limits yet. */
  readonly limits: readonly LimitSpan[];
  /** Requests/s that arrive, weighted; null = unknown. */
  readonly load: number | null;
  /** u of the desired replicas, in requests/s; null where nothing limits, or they are unknown. */
  readonly limitPerReplica: number | null;
  /** The least that carry the load, within the policy's bounds; null where no limit or no load is known. */
  readonly neededReplicas: number | null;
  /** Null where the target is not too low, or not known to be. */
  readonly targetCost: TargetCost | null;
};
