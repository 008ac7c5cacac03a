// The true reason of each refused policy, to the log and our metrics; a caller that keeps asking does not fill the log.

import type { Logger } from "../ports/logger.ts";
import type { CallTelemetry } from "../ports/telemetry.ts";
import { quotable } from "./refusal.ts";
import type { Caller, PolicyRefusal } from "./resolve-policy.ts";
import type { Timers } from "./timers.ts";
import { TokenBucket } from "./token-bucket.ts";

const LINES_PER_SECOND = 1;
const LINES_AT_ONCE = 10;

export class RefusalLog {
  readonly #logger: Logger;
  readonly #telemetry: CallTelemetry;
  readonly #lines: TokenBucket;
  #leftOut = 0;

  constructor({
    logger,
    telemetry,
    timers,
  }: {
    readonly logger: Logger;
    readonly telemetry: CallTelemetry;
    readonly timers: Timers;
  }) {
    this.#logger = logger;
    this.#telemetry = telemetry;
    this.#lines = new TokenBucket({ perSecond: LINES_PER_SECOND, burst: LINES_AT_ONCE, timers });
  }

  /** Counts every refusal that has a hidden reason and logs it with the number of lines left out before. */
  note(caller: Caller | null, { policy, reason }: PolicyRefusal): void {
    if (policy === null || reason === null) return;
    this.#telemetry.policyRefused?.(reason);
    if (!this.#lines.take()) {
      this.#leftOut += 1;
      return;
    }
    const namespace = quotable(caller?.namespace ?? "");
    const scaledObject = quotable(caller?.name ?? "");
    const fields = { policy, namespace, scaledObject, reason, refusalsLeftOut: this.#leftOut };
    this.#logger.warn(fields, "a caller asked for a policy or metric that it may not have");
    this.#leftOut = 0;
  }
}
