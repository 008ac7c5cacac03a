// The clock of a played recording: real time times a speed, or as fast as whoever sleeps can be woken.

import { type Instant, instant } from "../domain/units.ts";
import type { Clock } from "../ports/clock.ts";
import { pause } from "./pause.ts";
import { monotonicMillis } from "./system-clock.ts";

const LONGEST_PAUSE_MS = 1000;

export type RecordingClockOptions = {
  readonly epoch: Instant;
  readonly speed: number | "max";
  /** Where the clock stops; null = never. */
  readonly end: Instant | null;
  /** Real milliseconds, for tests. */
  readonly monotonic?: () => number;
};

type Sleeper = { readonly at: Instant; readonly wake: () => void };

/**
 * Shows `epoch` until it is started, by `start` or by the first sleep, and never more than `end`. At `max` speed it
 * stands still while anyone works and jumps to the earliest instant that a sleeper waits for, after the event loop
 * has had its turn, so servers stay responsive.
 */
export class RecordingClock implements Clock {
  /** Resolves once someone asks to sleep past `end` and the clock has reached it: after the last tick. */
  readonly ended: Promise<void>;
  readonly #epoch: Instant;
  readonly #speed: number | "max";
  readonly #end: Instant | null;
  readonly #monotonic: () => number;
  readonly #sleepers = new Set<Sleeper>();
  #markEnded: () => void = () => {};
  #startedAtMs: number | null = null;
  #virtual: Instant;
  #jumping = false;

  constructor({ epoch, speed, end, monotonic = monotonicMillis }: RecordingClockOptions) {
    this.#epoch = epoch;
    this.#speed = speed;
    this.#end = end;
    this.#monotonic = monotonic;
    this.#virtual = epoch;
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
  }

  /** Lets time run; again does nothing. */
  start(): void {
    this.#startedAtMs ??= this.#monotonic();
  }

  now(): Instant {
    if (this.#speed === "max") return this.#virtual;
    if (this.#startedAtMs === null) return this.#epoch;
    const elapsedMs = (this.#monotonic() - this.#startedAtMs) * this.#speed;
    return this.#bounded(instant(this.#epoch + Math.floor(elapsedMs)));
  }

  async sleepUntil(at: Instant, signal: AbortSignal): Promise<void> {
    this.start();
    const reachable = this.#bounded(at);
    if (this.#speed === "max") await this.#jump(reachable, signal);
    else await this.#wait(reachable, { speed: this.#speed, signal });
    if (at <= reachable || signal.aborted) return;
    this.#markEnded();
    await aborted(signal);
  }

  #bounded(at: Instant): Instant {
    return this.#end !== null && at > this.#end ? this.#end : at;
  }

  async #wait(
    at: Instant,
    { speed, signal }: { readonly speed: number; readonly signal: AbortSignal },
  ): Promise<void> {
    for (let left = at - this.now(); left > 0 && !signal.aborted; left = at - this.now()) {
      await pause(Math.min(left / speed, LONGEST_PAUSE_MS), signal);
    }
  }

  #jump(at: Instant, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper: Sleeper = { at, wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener("abort", wake);
      this.#scheduleJump();
    });
  }

  #scheduleJump(): void {
    if (this.#jumping) return;
    this.#jumping = true;
    setImmediate(() => {
      this.#jumping = false;
      const next = [...this.#sleepers].sort((one, other) => one.at - other.at)[0];
      if (next === undefined) return;
      if (next.at > this.#virtual) this.#virtual = next.at;
      next.wake();
      if (this.#sleepers.size > 0) this.#scheduleJump();
    });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
