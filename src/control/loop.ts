// The loop: waits for each instant of the grid, reads the source once, decides for every policy, publishes.

import type { RecordDetail } from "../domain/configuration.ts";
import type { LogRecord } from "../domain/record.ts";
import type { ScalerState } from "../domain/state.ts";
import { before, type Instant, type Millis, toSeconds } from "../domain/units.ts";
import { sampleSpan } from "../domain/windows.ts";
import type { Clock } from "../ports/clock.ts";
import type { DecisionSink } from "../ports/decision-sink.ts";
import type { Logger } from "../ports/logger.ts";
import type { MetricsSource, SourceOutcome } from "../ports/metrics-source.ts";
import type { Pacing } from "../ports/pacing.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { Agreement } from "./agreement.ts";
import { ChangeLog } from "./change-log.ts";
import { followingTick, nextTick } from "./grid.ts";
import { LogOpenings, openingLines } from "./log-lines.ts";
import { readActivation, readQueries, wantedQueries } from "./queries.ts";
import type { Entry, Registry } from "./registry.ts";
import { tickPolicy } from "./tick.ts";
import { needsPastFirst, warmedState } from "./warm-up.ts";

/** Deciding stops this often to let calls be answered; well under the 20 ms that may at most pass. */
const SLICE_SECONDS = 0.004;
/**
 * A tick spends no more than this, and no more than this part of itself, on deciding the past: a large fleet is ready
 * before all of its past is decided.
 */
const WARM_UP_SECONDS = 1.5;
const WARM_UP_SHARE = 0.25;
/** A clock set years ahead must not keep us counting. */
const MOST_SKIPS_COUNTED = 100_000;

export type LoopParts = {
  readonly clock: Clock;
  readonly pacing: Pacing;
  readonly source: MetricsSource;
  readonly registry: Registry;
  readonly sink: DecisionSink;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
};

export type LoopSettings = {
  readonly interval: Millis;
  readonly lag: Millis;
  readonly detail: RecordDetail;
  readonly version: string;
  /** The first tick is the first grid instant after this; null: the newest one that has passed. */
  readonly startAfter: Instant | null;
  /** True: no instant is left out, however late. For played time, which waits; real time does not. */
  readonly everyInstant: boolean;
  /** True: the source knows the past, from which states are rebuilt at the first reading that succeeds. */
  readonly knowsPast?: boolean;
  /** Whether what is learned is shared with another process; left out: it is not. */
  readonly isShared?: () => boolean;
};

export class TickLoop {
  readonly #parts: LoopParts;
  readonly #settings: LoopSettings;
  readonly #changes: ChangeLog;
  readonly #openings = new LogOpenings();
  readonly #agreement = new Agreement();
  /** Keys of the policies whose past has been decided. */
  readonly #warmed = new Set<string>();
  /** The state that each policy's last decision left. */
  readonly #left = new Map<string, ScalerState>();
  #last: Instant | null;

  constructor(parts: LoopParts, settings: LoopSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#changes = new ChangeLog(parts.logger);
    this.#last = settings.startAfter;
  }

  /** Returns the lines with which a new file of the decision log begins: policy and state of all that have ticked. */
  openingLines(): readonly LogRecord[] {
    const { version } = this.#settings;
    const at = this.#last;
    if (at === null) return [];
    return this.#parts.registry.entries().flatMap((entry) => openingLines(entry, { at, version }));
  }

  /** Ticks until `signal` aborts; a tick under way is finished. Calls `ticked` after each. */
  async run(signal: AbortSignal, ticked: (at: Instant) => void = () => {}): Promise<void> {
    const { clock, telemetry } = this.#parts;
    const { interval, everyInstant } = this.#settings;
    const next = everyInstant ? followingTick : nextTick;
    while (!signal.aborted) {
      const planned = next({ now: clock.now(), last: this.#last, interval });
      await clock.sleepUntil(planned.at, signal);
      if (signal.aborted) return;
      // Time may have run on past further instants while asleep.
      const { at, skipped } = next({ now: clock.now(), last: this.#last, interval });
      if (skipped > 0) this.#agreement.interrupted();
      const counted = Math.min(skipped, MOST_SKIPS_COUNTED);
      for (let missed = 0; missed < counted; missed += 1) telemetry.tick("skipped", null);
      this.#last = at;
      await this.#tick(at);
      // Played time outruns any disk; it can wait where real time cannot.
      if (everyInstant) await this.#parts.sink.flush();
      ticked(at);
    }
  }

  async #tick(at: Instant): Promise<void> {
    const { pacing, telemetry } = this.#parts;
    const started = pacing.seconds();
    const readAt = before(at, this.#settings.lag);
    const isRead = await this.#refresh(readAt);
    if (!isRead) this.#agreement.interrupted();
    this.#forgetDeleted(at);
    if (isRead && this.#settings.knowsPast === true) await this.#warmUp(at);
    const areDecided = await this.#decideAll(at, readAt);
    telemetry.tick(isRead && areDecided ? "ok" : "failed", pacing.seconds() - started);
  }

  async #refresh(readAt: Instant): Promise<boolean> {
    const { source, pacing, registry } = this.#parts;
    source.wanted(wantedQueries(registry.entries().map(({ loaded }) => loaded.policy)));
    const reading = source
      .refresh(readAt)
      .catch((error: unknown): SourceOutcome => ({ ok: false, detail: String(error) }));
    const outcome = await pacing.within(reading, this.#settings.interval);
    const known = outcome ?? { ok: false, detail: "no answer within a tick interval" };
    this.#changes.source(source.kind, known);
    return known.ok;
  }

  /**
   * Once for each policy, when its past can be read. Those that could answer too low without it come first and never
   * wait; others wait for a later tick once time is up.
   */
  async #warmUp(at: Instant): Promise<void> {
    const { registry, source, pacing } = this.#parts;
    const until = pacing.seconds() + this.#warmUpSeconds();
    const { due, urgent } = this.#dueForWarmUp(at);
    let sliceStart = pacing.seconds();
    const breathe = (): Promise<void> | null => {
      if (pacing.seconds() - sliceStart < SLICE_SECONDS) return null;
      return pacing.pause().then(() => {
        sliceStart = pacing.seconds();
      });
    };
    for (const [index, key] of due.entries()) {
      // One at least, so that it ends.
      if (index > urgent && pacing.seconds() >= until) return;
      const entry = registry.entry(key);
      if (entry === null || entry.deletedAt !== null) continue;
      this.#warmed.add(key);
      const state = await warmedState(entry, at, { source, settings: this.#settings, breathe });
      registry.rebuild(entry, state);
    }
  }

  #warmUpSeconds(): number {
    return Math.min(WARM_UP_SECONDS, WARM_UP_SHARE * toSeconds(this.#settings.interval));
  }

  /** Returns the keys whose past is not decided yet; the first `urgent` of them cannot wait. */
  #dueForWarmUp(at: Instant): { readonly due: readonly string[]; readonly urgent: number } {
    const { registry, source } = this.#parts;
    const readAt = before(at, this.#settings.lag);
    const cannotWait = ({ loaded: { policy } }: Entry): boolean =>
      needsPastFirst(policy, source.workload(policy.target, readAt, sampleSpan(policy)).replicas);
    const [first, others]: [string[], string[]] = [[], []];
    for (const entry of registry.entries()) {
      const { key } = entry.loaded;
      if (entry.deletedAt !== null || (this.#warmed.has(key) && entry.state.at !== null)) continue;
      if (cannotWait(entry)) first.push(key);
      else others.push(key);
    }
    return { due: [...first, ...others], urgent: first.length };
  }

  #forgetDeleted(at: Instant): void {
    const { registry, telemetry, logger } = this.#parts;
    for (const key of registry.forget(at)) {
      telemetry.policyRemoved(key);
      this.#openings.forget(key);
      this.#changes.forget(key);
      this.#agreement.forget(key);
      this.#warmed.delete(key);
      this.#left.delete(key);
      logger.warn({ policy: key }, "deleted policy is no longer answered");
    }
  }

  /** Decides policy by policy in slices; returns whether all went well. */
  async #decideAll(at: Instant, readAt: Instant): Promise<boolean> {
    const { registry, pacing } = this.#parts;
    let areAllWell = true;
    await pacing.pause();
    let sliceStart = pacing.seconds();
    for (const { loaded } of registry.entries()) {
      // Read again: the files may have changed during a pause.
      const entry = registry.entry(loaded.key);
      if (entry === null || entry.deletedAt !== null) continue;
      areAllWell = this.#decideOne(entry, at, readAt) && areAllWell;
      if (pacing.seconds() - sliceStart < SLICE_SECONDS) continue;
      await pacing.pause();
      sliceStart = pacing.seconds();
    }
    return areAllWell;
  }

  /** A fault in one policy's decision is a bug, and must not stop the others: it is logged, its last record stands. */
  #decideOne(entry: Entry, at: Instant, readAt: Instant): boolean {
    if (entry.state.at !== null && at <= entry.state.at) return true;
    try {
      this.#decide(entry, at, readAt);
      return true;
    } catch (error) {
      const { key } = entry.loaded;
      this.#agreement.forget(key);
      this.#parts.logger.error({ policy: key, at, err: error }, "deciding failed; the last record stands");
      return false;
    }
  }

  #decide(entry: Entry, at: Instant, readAt: Instant): void {
    const { source, registry, sink, telemetry } = this.#parts;
    const { interval, detail, version } = this.#settings;
    const { loaded, state, record: previous } = entry;
    const { policy, key } = loaded;
    if (this.#left.get(key) !== state) this.#replaced(key);
    const { state: nextState, record } = tickPolicy({
      at,
      readAt,
      loaded,
      state,
      samples: source.workload(policy.target, readAt, sampleSpan(policy)),
      scrapeInterval: source.scrapeInterval,
      tickInterval: interval,
      activation: readActivation(source, policy, readAt),
      queries: readQueries(source, policy, readAt),
      detail,
      version,
    });
    // Written before it is published, so that a file that begins here opens with the state before this decision.
    for (const line of this.#openings.due(entry, { at, version })) sink.write(line);
    sink.write(record);
    registry.publish(key, nextState, record);
    this.#left.set(key, nextState);
    telemetry.decision(policy, record, previous);
    telemetry.learned?.(key, nextState);
    const isShared = this.#settings.isShared?.() ?? false;
    const isAgreed = this.#agreement.decided(loaded, { at, state: nextState, isShared });
    telemetry.agreement?.(key, isAgreed && this.#settings.knowsPast === true);
    this.#changes.decision(record, previous, policy.missingData.holdFor);
  }

  /** Something was learned from elsewhere: a replay takes it up from the log, and the promise begins anew. */
  #replaced(key: string): void {
    this.#openings.forget(key);
    this.#agreement.forget(key);
  }
}
