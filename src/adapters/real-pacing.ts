// Real time for the loop: durations, turns of the event loop, and a bound on waiting.

import type { Pacing } from "../ports/pacing.ts";
import { pause } from "./pause.ts";
import { monotonicMillis } from "./system-clock.ts";

/** Returns the pacing of a running service. */
export function realPacing(): Pacing {
  return {
    seconds: () => monotonicMillis() / 1000,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    async within(work, limit) {
      const done = new AbortController();
      try {
        return await Promise.race([work, pause(limit, done.signal).then(() => null)]);
      } finally {
        done.abort();
      }
    },
  };
}
