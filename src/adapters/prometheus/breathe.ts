// Cuts long work into slices, between which calls are answered.

import { monotonicMillis } from "../system-clock.ts";
import type { Breathe } from "./decode-response.ts";

/** Well under the 20 ms that may at most pass. */
const SLICE_MS = 6;
/** Reading the clock each time would cost more than the work. */
const LOOK_EACH = 16;

/** Returns what long work calls after each small step: it gives a promise to await when a slice is over. */
export function slices(): Breathe {
  let since = monotonicMillis();
  let steps = 0;
  return () => {
    steps += 1;
    if (steps % LOOK_EACH !== 0 || monotonicMillis() - since < SLICE_MS) return null;
    return new Promise((resolve) => {
      setImmediate(() => {
        since = monotonicMillis();
        resolve();
      });
    });
  };
}
