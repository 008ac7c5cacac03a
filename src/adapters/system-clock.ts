// The wall clock.

import { performance } from "node:perf_hooks";

import { instant } from "../domain/units.ts";
import type { Clock } from "../ports/clock.ts";
import { pause } from "./pause.ts";

/** Sleeps are cut so that a wall clock set forward is noticed; also keeps timers far from their 2³¹ ms limit. */
const LONGEST_PAUSE_MS = 1000;

/**
 * Returns the wall clock. A sleep never ends early: if the clock is set back it takes that much longer, if it is set
 * forward the sleep ends within a second.
 */
export function systemClock(): Clock {
  const now = () => instant(Math.floor(Date.now()));
  return {
    now,
    async sleepUntil(at, signal) {
      for (let left = at - now(); left > 0 && !signal.aborted; left = at - now()) {
        await pause(Math.min(left, LONGEST_PAUSE_MS), signal);
      }
    },
  };
}

/** Returns milliseconds, with their fraction, of a clock that is never set; only differences mean anything. */
export function monotonicMillis(): number {
  return performance.now();
}
