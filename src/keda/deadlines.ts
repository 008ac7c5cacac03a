// One deadline for every call that is open, kept at next to no cost a call: a slot each and a single timer.

import { type Millis, millis } from "../domain/units.ts";
import type { Timers } from "./timers.ts";

export interface Expirable {
  /** Ends the call and releases it: its time is over. */
  expire(): void;
}

/** When a call began (milliseconds of the timers) and the slot it holds; -1 = none. */
export type Span = { readonly startedMs: number; slot: number };

/**
 * Open calls sit in slots that are used again. (A Map of them, whose table is made anew all the time, costs half as
 * much again as the whole call: each discarded table keeps the calls in it alive until the next full collection.)
 */
export class Deadlines {
  readonly #limit: Millis;
  readonly #timers: Timers;
  readonly #calls: (Expirable | null)[] = [];
  readonly #dueMs: number[] = [];
  readonly #free: number[] = [];
  #armed = false;

  constructor(limit: Millis, timers: Timers) {
    this.#limit = limit;
    this.#timers = timers;
  }

  /** Expires `call` once the deadline has passed since the start of `span`, unless that is released before. */
  watch(call: Expirable, span: Span): void {
    const slot = this.#free.pop() ?? this.#calls.length;
    this.#calls[slot] = call;
    this.#dueMs[slot] = span.startedMs + this.#limit;
    span.slot = slot;
    if (!this.#armed) this.#arm(this.#limit);
  }

  /** Frees the slot that `span` holds; may be repeated. */
  release(span: Span): void {
    if (span.slot < 0) return;
    this.#calls[span.slot] = null;
    this.#free.push(span.slot);
    span.slot = -1;
  }

  /** Expires every call that is still open. */
  expireAll(): void {
    for (const call of this.#calls) call?.expire();
  }

  #arm(delay: Millis): void {
    this.#armed = true;
    this.#timers.start(delay, () => {
      this.#armed = false;
      this.#sweep();
    });
  }

  /** Expires what is due and waits for the call that is due next. */
  #sweep(): void {
    const nowMs = this.#timers.elapsedMs();
    let nextDueMs = Number.POSITIVE_INFINITY;
    for (const [slot, call] of this.#calls.entries()) {
      if (call === null) continue;
      const dueMs = this.#dueMs[slot] ?? nowMs;
      if (dueMs <= nowMs) call.expire();
      else if (dueMs < nextDueMs) nextDueMs = dueMs;
    }
    if (nextDueMs < Number.POSITIVE_INFINITY && !this.#armed) this.#arm(millis(Math.ceil(nextDueMs - nowMs)));
  }
}
