// Warnings that anyone can cause by calling: ten at once, then one a second, with the number of those left out.

import type { LogFields, Logger } from "../ports/logger.ts";
import type { Timers } from "./timers.ts";
import { TokenBucket } from "./token-bucket.ts";

const LINES_PER_SECOND = 1;
const LINES_AT_ONCE = 10;

export class RationedLog {
  readonly #logger: Logger;
  readonly #lines: TokenBucket;
  #leftOut = 0;

  constructor(logger: Logger, timers: Timers) {
    this.#logger = logger;
    this.#lines = new TokenBucket({ perSecond: LINES_PER_SECOND, burst: LINES_AT_ONCE, timers });
  }

  /** Logs a warning, or counts it into `refusalsLeftOut` of the next one. */
  warn(fields: LogFields, message: string): void {
    if (!this.#lines.take()) {
      this.#leftOut += 1;
      return;
    }
    this.#logger.warn({ ...fields, refusalsLeftOut: this.#leftOut }, message);
    this.#leftOut = 0;
  }
}
