// Time that stands until a test moves it: a clock and timers that go together.

import { after, type Instant, type Millis, millis } from "../../src/domain/units.ts";
import type { Clock } from "../../src/ports/clock.ts";

type Pending = { readonly dueMs: number; readonly run: () => void };

/** A clock and timers in one; `advance` runs what falls due, in order. */
export class ScriptedTime implements Clock {
  readonly #start: Instant;
  readonly #pending = new Set<Pending>();
  #elapsed = 0;

  constructor(start: Instant) {
    this.#start = start;
  }

  now(): Instant {
    return after(this.#start, millis(this.#elapsed));
  }

  sleepUntil(at: Instant, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", wake);
        resolve();
      };
      signal.addEventListener("abort", wake);
      this.start(millis(Math.max(0, at - this.now())), wake);
    });
  }

  elapsedMs(): number {
    return this.#elapsed;
  }

  start(delay: Millis, run: () => void): () => void {
    const pending = { dueMs: this.#elapsed + delay, run };
    this.#pending.add(pending);
    return () => this.#pending.delete(pending);
  }

  /** How many timers are running. */
  get pending(): number {
    return this.#pending.size;
  }

  advance(span: Millis): void {
    const end = this.#elapsed + span;
    for (let next = this.#due(end); next !== undefined; next = this.#due(end)) {
      this.#pending.delete(next);
      this.#elapsed = next.dueMs;
      next.run();
    }
    this.#elapsed = end;
  }

  #due(end: number): Pending | undefined {
    const due = [...this.#pending].filter(({ dueMs }) => dueMs <= end);
    return due.toSorted((one, other) => one.dueMs - other.dueMs)[0];
  }
}
