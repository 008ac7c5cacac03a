// How long the event loop of this thread kept its callbacks waiting.

import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 10;
const NANOS_PER_SECOND = 1e9;

export class EventLoopLag {
  readonly #delays: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#delays.enable();
  }

  /** Returns the longest delay in seconds since it was last asked for. */
  takeSeconds(): number {
    const seconds = this.#delays.max / NANOS_PER_SECOND - RESOLUTION_MS / 1000;
    this.#delays.reset();
    return Math.max(0, seconds);
  }

  /** Stops watching. */
  close(): void {
    this.#delays.disable();
  }
}
