// Time as the loop sees it. Live: the wall clock. A played recording: its own clock.

import type { Instant } from "../domain/units.ts";

export interface Clock {
  now(): Instant;
  /** Resolves once `now()` has reached `at`, or as soon as `signal` aborts. */
  sleepUntil(at: Instant, signal: AbortSignal): Promise<void>;
}
