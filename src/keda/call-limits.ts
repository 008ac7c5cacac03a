// The limits that keep one caller, or a fault of ours, from harming the others; each with its reason.

import { type Millis, minutes } from "../domain/units.ts";

export type CallLimits = {
  /** Open streams over all connections. */
  readonly streamsMax: number;
  /** Calls a second, after a burst of as many. */
  readonly callsPerSecondMax: number;
  /** A stream is ended with OK at this age at the latest; the caller opens it again. */
  readonly streamAgeMax: Millis;
  /** After this (± 10 %) a connection takes no new call (GOAWAY): new replicas of ours get their share. */
  readonly connectionAgeMax: Millis;
  /** HTTP/2 memory of one connection. */
  readonly sessionMemoryMebibytesMax: number;
};

/**
 * KEDA holds two streams and sends some nine calls in 30 s for a ScaledObject, so these bounds are far from any
 * honest use: 10,000 streams are 5,000 ScaledObjects, 40,000 calls a second are more than one core can answer at all.
 * A connection past its age waits for the streams that it still has. They end by themselves within `streamAgeMax`,
 * which is also the grace given to them: no stream is ever cut off, and KEDA's back-off (reset by a clean end only)
 * stays at its shortest. Idle connections have no limit of their own: to watch for them costs 5 % of every call, and
 * age ends them too.
 */
export const CALL_LIMITS: CallLimits = {
  streamsMax: 10_000,
  callsPerSecondMax: 40_000,
  streamAgeMax: minutes(9),
  connectionAgeMax: minutes(10),
  sessionMemoryMebibytesMax: 256,
};
