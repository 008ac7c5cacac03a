// Real time as the server needs it: how long calls take, and what happens after a span. Tests script it.

import type { Millis } from "../domain/units.ts";

export interface Timers {
  /** Milliseconds since some fixed moment, with fractions; never goes back. */
  elapsedMs(): number;
  /** Runs `run` once, `delay` from now; returns how to call it off. Does not keep the process alive. */
  start(delay: Millis, run: () => void): () => void;
}

/** The process's own timers and its monotonic clock. */
export const systemTimers: Timers = {
  elapsedMs: () => performance.now(),
  start: (delay, run) => {
    const timer = setTimeout(run, delay).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
