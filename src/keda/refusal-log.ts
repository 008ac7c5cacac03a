// The true reason of each refused policy, to the log and our metrics; a caller that keeps asking does not fill the log.

import type { Logger } from "../ports/logger.ts";
import type { CallTelemetry } from "../ports/telemetry.ts";
import { RationedLog } from "./rationed-log.ts";
import { quotable } from "./refusal.ts";
import type { Caller, PolicyRefusal } from "./resolve-policy.ts";
import type { Timers } from "./timers.ts";

export class RefusalLog {
  readonly #log: RationedLog;
  readonly #telemetry: CallTelemetry;

  constructor({
    logger,
    telemetry,
    timers,
  }: {
    readonly logger: Logger;
    readonly telemetry: CallTelemetry;
    readonly timers: Timers;
  }) {
    this.#log = new RationedLog(logger, timers);
    this.#telemetry = telemetry;
  }

  /** Counts every refusal that has a hidden reason and logs it with the number of lines left out before. */
  note(caller: Caller | null, { policy, reason }: PolicyRefusal): void {
    if (policy === null || reason === null) return;
    this.#telemetry.policyRefused?.(reason);
    const namespace = quotable(caller?.namespace ?? "");
    const scaledObject = quotable(caller?.name ?? "");
    this.#log.warn(
      { policy, namespace, scaledObject, reason },
      "a caller asked for a policy or metric that it may not have",
    );
  }
}
