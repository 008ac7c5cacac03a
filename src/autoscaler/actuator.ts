// Acts on decisions: reads the scale as it stands, checks the decision against it once more, and writes. The leader only.

import { shownReason } from "../control/reason.ts";
import type { Entry, Registry } from "../control/registry.ts";
import type { Policy } from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import { after, elapsed, type Instant, type Millis, seconds } from "../domain/units.ts";
import type { ActuationResult, ActuationTelemetry } from "../ports/actuation-telemetry.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventSink } from "../ports/event-sink.ts";
import type { Leadership } from "../ports/leadership.ts";
import type { Logger } from "../ports/logger.ts";
import type { ReplicaScale, ScaleFailure, ScaleReading } from "../ports/replica-scale.ts";
import { intentionOf } from "./intention.ts";
import { NO_RIVALRY, type Rivalry, sawReplicas, wroteReplicas } from "./rivalry.ts";

export type ActuatorParts = {
  readonly registry: Registry;
  readonly scale: ReplicaScale;
  readonly leadership: Leadership;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly telemetry: ActuationTelemetry;
  readonly logger: Logger;
};

export type ActuatorSettings = {
  readonly tickInterval: Millis;
  /** True: says what it would write, and writes nothing. */
  readonly dryRun: boolean;
};

/** So many workloads at a time: the API server is not ours alone. */
const AT_ONCE = 8;
/** Someone else's write in between is looked at, and not for ever. */
const ATTEMPTS = 5;
/** As often as an HPA writes. */
const LOOK_EVERY = seconds(15);
const THROTTLED_FOR = seconds(5);

/** A write that has been decided on. */
type Change = { readonly entry: Entry; readonly record: DecisionRecord; readonly replicas: number };

export class Actuator {
  readonly #parts: ActuatorParts;
  readonly #settings: ActuatorSettings;
  readonly #rivalries = new Map<string, Rivalry>();
  /** What was last said of a policy, so that it is said once. */
  readonly #said = new Map<string, string>();
  /** When the scale of a policy was last read. */
  readonly #readAt = new Map<string, Instant>();
  #awayUntil: Instant | null = null;
  #acting: Promise<void> | null = null;

  constructor(parts: ActuatorParts, settings: ActuatorSettings) {
    this.#parts = parts;
    this.#settings = settings;
  }

  /** Acts on the newest record of every policy; while that lasts, further calls do nothing. */
  ticked(): Promise<void> {
    this.#acting ??= this.#actOnAll().finally(() => {
      this.#acting = null;
    });
    return this.#acting;
  }

  /** Resolves when what is under way is done. */
  async settled(): Promise<void> {
    await this.#acting;
  }

  async #actOnAll(): Promise<void> {
    const entries = this.#parts.registry.entries().filter(({ deletedAt }) => deletedAt === null);
    this.#forgetOthers(entries);
    const left = [...entries];
    const worker = async (): Promise<void> => {
      for (let entry = left.shift(); entry !== undefined; entry = left.shift()) await this.#act(entry);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** Looks at the scale now and then where there is nothing to write, too: it shows who else writes. */
  async #act({ loaded: { key } }: Entry): Promise<void> {
    const { leadership, registry, scale } = this.#parts;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const entry = registry.entry(key);
      if (entry === null || entry.record === null || !leadership.isLeader() || this.#isAway()) return;
      if (attempt === 1 && !this.#isDue(key, entry.record)) return;
      this.#readAt.set(key, this.#parts.clock.now());
      const reading = await scale.read(entry.loaded.policy.target);
      if (!reading.ok) return this.#failed(entry, reading.failure);
      const change = this.#decided(entry, entry.record, reading.value);
      // It may have taken long to find out: whoever no longer leads does not write.
      if (change === null || !leadership.isLeader()) return;
      if (await this.#write(change, reading.value)) return;
    }
  }

  #decided(entry: Entry, record: DecisionRecord, { desired }: ScaleReading): Change | null {
    const { key, policy } = entry.loaded;
    const now = this.#parts.clock.now();
    const rivalry = sawReplicas(this.#rivalries.get(key) ?? NO_RIVALRY, desired, now);
    this.#noteRivalry(entry, rivalry);
    const intention = intentionOf({
      record,
      mode: policy.mode,
      tickInterval: this.#settings.tickInterval,
      now,
      desired,
    });
    if (intention.kind === "none" || rivalry.isContested) return null;
    return { entry, record, replicas: intention.replicas };
  }

  /** Returns whether this is settled: false = someone else has written, look again. */
  async #write({ entry, record, replicas }: Change, reading: ScaleReading): Promise<boolean> {
    const { scale, clock, events, logger } = this.#parts;
    const { key, policy } = entry.loaded;
    const fields = { policy: key, from: reading.desired, to: replicas, reason: shownReason(record.steps) };
    if (this.#settings.dryRun) {
      this.#say(key, `${reading.desired} -> ${replicas}`, () => logger.info(fields, "would scale (dry run)"));
      this.#count(policy, "dryRun");
      return true;
    }
    const written = await scale.write(policy.target, replicas, reading);
    if (!written.ok && written.failure.kind === "conflict") {
      this.#count(policy, "conflict");
      return false;
    }
    if (!written.ok) {
      this.#failed(entry, written.failure);
      return true;
    }
    this.#rivalries.set(key, wroteReplicas(this.#rivalries.get(key) ?? NO_RIVALRY, replicas));
    this.#count(policy, "written");
    this.#said.delete(key);
    logger.info(fields, "scaled");
    events.scaled({ policy, record, from: reading.desired, to: replicas, at: clock.now() });
    return true;
  }

  #failed({ loaded: { key, policy } }: Entry, failure: ScaleFailure): void {
    const { clock, logger } = this.#parts;
    this.#count(policy, "failed");
    this.#say(key, failure.detail, () =>
      logger.error({ policy: key, kind: failure.kind, problem: failure.detail }, "cannot scale"),
    );
    if (failure.kind === "throttled" || failure.retryAfter !== null)
      this.#awayUntil = after(clock.now(), failure.retryAfter ?? THROTTLED_FOR);
  }

  #noteRivalry({ loaded: { key, policy } }: Entry, rivalry: Rivalry): void {
    const { logger, telemetry } = this.#parts;
    const wasContested = this.#rivalries.get(key)?.isContested === true;
    this.#rivalries.set(key, rivalry);
    telemetry.contested(policy, rivalry.isContested);
    if (rivalry.isContested && !wasContested)
      logger.error(
        { policy: key, desired: rivalry.lastSeen },
        "someone else sets the replicas again and again; nothing is written until that has been quiet for 10 min",
      );
    if (!rivalry.isContested && wasContested) logger.info({ policy: key }, "replicas are set again");
  }

  /** What is wanted and seen to be so needs no look for a while. */
  #isDue(key: string, { answer, observation }: DecisionRecord): boolean {
    const readAt = this.#readAt.get(key);
    if (readAt === undefined || answer.metricValue !== observation.replicas.desired) return true;
    return elapsed(readAt, this.#parts.clock.now()) >= LOOK_EVERY;
  }

  #isAway(): boolean {
    return this.#awayUntil !== null && elapsed(this.#awayUntil, this.#parts.clock.now()) < 0;
  }

  #count({ target, name }: Policy, result: ActuationResult): void {
    this.#parts.telemetry.actuation({ namespace: target.namespace, name }, result);
  }

  #say(key: string, text: string, say: () => void): void {
    if (this.#said.get(key) === text) return;
    this.#said.set(key, text);
    say();
  }

  #forgetOthers(entries: readonly Entry[]): void {
    const keys = new Set(entries.map(({ loaded }) => loaded.key));
    for (const key of this.#rivalries.keys()) if (!keys.has(key)) this.#rivalries.delete(key);
    for (const key of this.#said.keys()) if (!keys.has(key)) this.#said.delete(key);
    for (const key of this.#readAt.keys()) if (!keys.has(key)) this.#readAt.delete(key);
  }
}
