// The number of replicas of a workload, as whoever may set it reads and writes it.

import type { Result } from "../domain/result.ts";
import type { TargetRef } from "../domain/target.ts";
import type { Millis } from "../domain/units.ts";

export type ScaleReading = {
  /** Replicas of the specification. */
  readonly desired: number;
  /** Replicas that exist. */
  readonly existing: number;
  /** What a write must name: it is refused if anything was written since. */
  readonly version: string;
};

export type ScaleFailure = {
  /** `conflict`: written by someone else since it was read. `unreachable`: no answer, or a fault of the server. */
  readonly kind: "conflict" | "notFound" | "forbidden" | "throttled" | "invalid" | "unreachable";
  readonly detail: string;
  /** How long the server wants to be left alone; null = it does not say. */
  readonly retryAfter: Millis | null;
};

export interface ReplicaScale {
  read(target: TargetRef): Promise<Result<ScaleReading, ScaleFailure>>;
  /** Sets the number, if `as` is still how it stands. */
  write(target: TargetRef, replicas: number, as: ScaleReading): Promise<Result<ScaleReading, ScaleFailure>>;
}
