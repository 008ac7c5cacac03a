// Turns records into log messages, one a change and none a tick.

import { formatInstant } from "../domain/instant.ts";
import type { DecisionRecord } from "../domain/record.ts";
import { elapsed, type Instant, type Millis, toSeconds } from "../domain/units.ts";
import type { Logger } from "../ports/logger.ts";
import type { SourceOutcome } from "../ports/metrics-source.ts";
import { shownReason } from "./reason.ts";

/** What was last said of one policy. */
type Said = { readonly incompleteSince: Instant; readonly isAlarmed: boolean };

export class ChangeLog {
  readonly #logger: Logger;
  readonly #said = new Map<string, Said>();
  #isSourceUp: boolean | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Says that the source went down or came back. */
  source(kind: string, outcome: SourceOutcome): void {
    if (outcome.ok === this.#isSourceUp) return;
    const isFirst = this.#isSourceUp === null;
    this.#isSourceUp = outcome.ok;
    if (!outcome.ok) this.#logger.warn({ source: kind, detail: outcome.detail }, "metrics source is down");
    else if (!isFirst) this.#logger.info({ source: kind }, "metrics source is up again");
  }

  /** Says what of a policy changed with this record: the wanted number, the status, and missing data past `holdFor`. */
  decision(record: DecisionRecord, previous: DecisionRecord | null, holdFor: Millis): void {
    const { decision, observation, policy } = record;
    const fields = { policy, at: formatInstant(record.at), reason: shownReason(record.steps) };
    if (previous?.decision.replicas !== decision.replicas) {
      const { desired: current } = observation.replicas;
      const from = previous?.decision.replicas ?? null;
      this.#logger.info({ ...fields, current, from, wanted: decision.replicas }, "wanted replicas changed");
    }
    if (previous?.decision.status !== decision.status) this.#status(record, fields);
    this.#alarm(record, holdFor);
  }

  /** Forgets a policy that is no longer served. */
  forget(key: string): void {
    this.#said.delete(key);
  }

  #status({ decision, observation }: DecisionRecord, fields: Readonly<Record<string, unknown>>): void {
    const { status, scaleInBlocked } = decision;
    const isPoor = status === "degraded" || status === "holding" || status === "unavailable";
    const all = { ...fields, status, scaleInBlocked, desired: observation.replicas.desired };
    if (isPoor) this.#logger.warn(all, "status changed");
    else this.#logger.info(all, "status changed");
  }

  #alarm({ at, policy, decision }: DecisionRecord, holdFor: Millis): void {
    if (decision.status === "live" || decision.status === "starting") {
      this.#said.delete(policy);
      return;
    }
    const said = this.#said.get(policy) ?? { incompleteSince: at, isAlarmed: false };
    const since = said.incompleteSince;
    const isDue = elapsed(since, at) >= holdFor;
    if (isDue && !said.isAlarmed) {
      const { status, scaleInBlocked } = decision;
      const forSeconds = toSeconds(elapsed(since, at));
      this.#logger.error({ policy, status, scaleInBlocked, forSeconds }, "data has been missing for long");
    }
    this.#said.set(policy, { incompleteSince: since, isAlarmed: said.isAlarmed || isDue });
  }
}
