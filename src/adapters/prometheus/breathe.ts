// Cuts long work into slices, between which calls are answered; however many tasks there are, one slice a turn.

import { monotonicMillis } from "../system-clock.ts";
import type { Breathe } from "./decode-response.ts";

/** Well under the 20 ms that may at most pass: calls wait for it, and more for what else has the processor. */
const SLICE_MS = 4;
/** Reading the clock each time would cost more than the work. */
const LOOK_EACH = 8;

const waiting: (() => void)[] = [];

/** Returns what long work calls after each small step: it gives a promise to await when a slice is over. */
export function slices(): Breathe {
  // Tasks often begin together: the first slice waits its turn as well.
  let until = Number.NEGATIVE_INFINITY;
  let steps = 0;
  return () => {
    steps += 1;
    if (steps % LOOK_EACH !== 0 || monotonicMillis() < until) return null;
    return nextTurn().then(() => {
      until = monotonicMillis() + SLICE_MS;
    });
  };
}

/** Were each task to ask for a turn by itself, the event loop would give them all the same one. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(wakeOne);
  });
}

function wakeOne(): void {
  const resolve = waiting[0];
  resolve?.();
  // What is asked for meanwhile stands behind the others; a callback set here runs in the next turn.
  setImmediate(() => {
    waiting.shift();
    if (waiting.length > 0) wakeOne();
  });
}
