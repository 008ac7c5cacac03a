// One deadline for every call: those that arrived first are due first, so a single timer is enough.

import { type Millis, millis } from "../domain/units.ts";
import type { Timers } from "./timers.ts";

export interface Expirable {
  /** Ends the call: its time is over. */
  expire(): void;
}

export class Deadlines {
  readonly #span: Millis;
  readonly #timers: Timers;
  /** In order of arrival, which is the order in which they are due. */
  readonly #dueMs = new Map<Expirable, number>();
  #armed = false;

  constructor(span: Millis, timers: Timers) {
    this.#span = span;
    this.#timers = timers;
  }

  /** Expires `call` once the deadline has passed since `startedMs`, unless it is released before. */
  watch(call: Expirable, startedMs: number): void {
    this.#dueMs.set(call, startedMs + this.#span);
    if (!this.#armed) this.#arm(this.#span);
  }

  release(call: Expirable): void {
    this.#dueMs.delete(call);
  }

  #arm(delay: Millis): void {
    this.#armed = true;
    this.#timers.start(delay, () => {
      this.#armed = false;
      this.#sweep();
    });
  }

  #sweep(): void {
    const nowMs = this.#timers.elapsedMs();
    for (const [call, dueMs] of this.#dueMs) {
      if (dueMs > nowMs) {
        this.#arm(millis(Math.ceil(dueMs - nowMs)));
        return;
      }
      this.#dueMs.delete(call);
      call.expire();
    }
  }
}
