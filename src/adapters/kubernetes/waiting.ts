// Time as the Kubernetes adapters wait by: scripted in tests.

import { pause } from "../pause.ts";
import { monotonicMillis } from "../system-clock.ts";

export interface Waiting {
  /** Milliseconds of a clock that is never set; only differences mean anything. */
  nowMs(): number;
  /** Resolves after about so many milliseconds, or as soon as `signal` aborts. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** 0 to below 1. */
  random(): number;
}

/** Real time and real chance. */
export const realWaiting: Waiting = { nowMs: monotonicMillis, pause, random: Math.random };
