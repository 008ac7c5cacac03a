// Real time as the loop needs it besides its clock: how long work took, room for other work, and a bound on waiting.

import type { Millis } from "../domain/units.ts";

export interface Pacing {
  /** Seconds of a clock that never steps; only differences mean something. */
  seconds(): number;
  /** Resolves after other waiting work has had its turn. */
  pause(): Promise<void>;
  /** Resolves with what `work` gives, or null once `limit` of real time has passed. */
  within<Value>(work: Promise<Value>, limit: Millis): Promise<Value | null>;
}
