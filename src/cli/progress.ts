// Says on standard error how far a long piece of work is; a short one says nothing.

import { monotonicMillis } from "../adapters/system-clock.ts";
import type { Output } from "./output.ts";

/** Shorter work needs no report, and nobody reads them faster. */
const EVERY_MS = 2000;

export class Progress {
  readonly #output: Output;
  readonly #nowMs: () => number;
  readonly #startedMs: number;
  #toldMs: number;

  constructor(output: Output, nowMs: () => number = monotonicMillis) {
    this.#output = output;
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
    this.#toldMs = this.#startedMs;
  }

  /** Says `text` if the last report is two seconds old; `text` is asked for only then. */
  report(text: () => string): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#toldMs < EVERY_MS) return;
    this.#toldMs = nowMs;
    this.#output.stderr(`${text()}\n`);
  }

  /** Returns the seconds since the beginning. */
  seconds(): number {
    return (this.#nowMs() - this.#startedMs) / 1000;
  }
}
