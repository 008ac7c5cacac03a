// Plays a recording as a metrics source: nothing is visible before its time has come.

import { ok, type Result } from "../domain/result.ts";
import type { PodSamples, QuerySamples, ReplicaReading, WorkloadSamples } from "../domain/samples.ts";
import type { TargetRef } from "../domain/target.ts";
import { after, before, type Instant, instant, type Millis, millis, toSeconds } from "../domain/units.ts";
import { parseExposition } from "../observe/exposition.ts";
import { SampleBuffer } from "../observe/sample-buffer.ts";
import { isKeptMetric } from "../observe/triton-metrics.ts";
import { countUntil } from "../observe/window.ts";
import type { MetricsSource, SourceOutcome } from "../ports/metrics-source.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { type RecordedScrape, type Recording, readRecording } from "./recording-files.ts";
import { monotonicMillis } from "./system-clock.ts";

const NO_QUERIES: QuerySamples = { times: [], values: [] };

/** The workload that a recording stands for; null = whatever is asked for. */
export type RecordedTarget = { readonly namespace: string; readonly workload: string } | null;

export type RecordingOptions = {
  readonly target: RecordedTarget;
  /** The instant of t = 0. */
  readonly epoch: Instant;
  /** How far back samples stay. */
  readonly keep: Millis;
  /** Start again at the next whole second after the last scrape, for ever. */
  readonly repeat?: boolean;
  readonly telemetry?: Telemetry;
  /** Told of the first text that does not parse. */
  readonly onProblem?: (problem: string) => void;
};

/** What is known of a replica in the present pass. */
type Replica = {
  readonly index: number;
  readonly scrapes: readonly RecordedScrape[];
  next: number;
  exists: boolean;
  /** Whether it exists or did. */
  known: boolean;
  ready: boolean;
  appearedAt: Instant | null;
};

/** Returns a source that plays the recording in the directory `path`, or what is wrong with it, as `file:line: what`. */
export async function openRecording(
  options: RecordingOptions & { readonly path: string },
): Promise<Result<RecordingSource, string>> {
  const recording = await readRecording(options.path);
  return recording.ok ? ok(new RecordingSource(recording.value, options)) : recording;
}

export class RecordingSource implements MetricsSource {
  readonly kind = "recording";
  readonly scrapeInterval: Millis;
  readonly #recording: Recording;
  readonly #options: RecordingOptions;
  readonly #buffer: SampleBuffer;
  /** From one start of the recording to the next. */
  readonly #period: Millis;
  #passStart: Instant;
  #replicas: readonly Replica[];
  #problemSaid = false;

  constructor(recording: Recording, options: RecordingOptions) {
    this.scrapeInterval = recording.scrapeInterval;
    this.#recording = recording;
    this.#options = options;
    this.#buffer = new SampleBuffer({ keep: options.keep });
    this.#period = millis((Math.floor(recording.lastScrape / 1000) + 1) * 1000);
    this.#passStart = options.epoch;
    this.#replicas = this.#startingReplicas();
  }

  /** Returns the instant of the last scrape of the first pass. */
  end(): Instant {
    return after(this.#options.epoch, this.#recording.lastScrape);
  }

  /** Makes everything up to `at` visible. Time only moves forward; a text that does not parse counts as a failed scrape. */
  refresh(at: Instant): Promise<SourceOutcome> {
    const startedMs = monotonicMillis();
    if (this.#options.repeat === true) {
      while (this.#passStart + this.#period <= at) this.#startNextPass();
    }
    this.#play(at);
    const took = toSeconds(millis(monotonicMillis() - startedMs));
    this.#options.telemetry?.sourceQuery(this.kind, true, took);
    return Promise.resolve({ ok: true, detail: null });
  }

  /** As of the last refresh: what exists and is ready is not kept for earlier instants. */
  workload(target: TargetRef, at: Instant, span: Millis): WorkloadSamples {
    const recorded = this.#options.target;
    const isOurs =
      recorded === null || (recorded.namespace === target.namespace && recorded.workload === target.name);
    if (!isOurs) return { pods: [], replicas: { desired: null, ready: null, source: "pods" } };
    const pods = this.#replicas
      .map((replica) => this.#podOf(replica, { workload: target.name, at, span }))
      .filter((pod) => pod.expected || pod.scrapes.length > 0);
    return { pods, replicas: this.#counts(at) };
  }

  /** What was recorded, as far as it was played in the present pass; nothing for a query that was not recorded. */
  queried(query: string, at: Instant, span: Millis): QuerySamples {
    const recorded = this.#recording.queries.get(query);
    if (recorded === undefined) return NO_QUERIES;
    const times = recorded.times.map((t) => after(this.#passStart, t));
    const [from, to] = [countUntil(times, before(at, span)), countUntil(times, at)];
    return { times: times.slice(from, to), values: recorded.values.slice(from, to) };
  }

  wanted(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  #startingReplicas(): readonly Replica[] {
    const { scrapes, initialReplicas } = this.#recording;
    return [...scrapes].map(([index, list]) => ({
      index,
      scrapes: list,
      next: 0,
      exists: initialReplicas.has(index),
      known: initialReplicas.has(index),
      ready: false,
      appearedAt: null,
    }));
  }

  #startNextPass(): void {
    this.#play(after(this.#passStart, this.#period));
    this.#passStart = after(this.#passStart, this.#period);
    this.#replicas = this.#startingReplicas();
  }

  /** Oldest first over all replicas, as the buffer forgets by the newest it has seen. */
  #play(at: Instant): void {
    for (;;) {
      let earliest: { replica: Replica; scrape: RecordedScrape } | null = null;
      for (const replica of this.#replicas) {
        const scrape = replica.scrapes[replica.next];
        if (scrape !== undefined && (earliest === null || scrape.t < earliest.scrape.t)) {
          earliest = { replica, scrape };
        }
      }
      if (earliest === null || after(this.#passStart, earliest.scrape.t) > at) return;
      earliest.replica.next++;
      this.#take(earliest.replica, earliest.scrape);
    }
  }

  #take(replica: Replica, { t, text, gone }: RecordedScrape): void {
    const at = after(this.#passStart, t);
    const name = String(replica.index);
    if (gone) {
      replica.exists = false;
      replica.ready = false;
      return;
    }
    const samples = text === null ? null : this.#parse(text, { replica, t });
    replica.ready = samples !== null;
    if (samples !== null) {
      if (!replica.known) replica.appearedAt = at;
      replica.known = true;
      replica.exists = true;
      this.#buffer.scraped(name, at, samples);
    } else if (replica.exists) this.#buffer.failed(name, at);
  }

  #parse(text: string, { replica, t }: { readonly replica: Replica; readonly t: Millis }) {
    const parsed = parseExposition(text, { keep: isKeptMetric });
    if (parsed.ok) return parsed.value;
    if (!this.#problemSaid) {
      const { line, message } = parsed.failure;
      const where = `recording ${this.#recording.name}, replica ${replica.index}, t = ${toSeconds(t)} s`;
      this.#options.onProblem?.(`${where}: the scrape counts as failed: line ${line}: ${message}`);
    }
    this.#problemSaid = true;
    return null;
  }

  #podOf(
    replica: Replica,
    { workload, at, span }: { readonly workload: string; readonly at: Instant; readonly span: Millis },
  ): PodSamples {
    const name = String(replica.index);
    return {
      pod: this.#recording.pods[replica.index] ?? `${workload}-${name}`,
      appearedAt: replica.appearedAt,
      ready: replica.ready,
      expected: replica.exists,
      scrapes: this.#buffer.scrapes(name, at, span),
      series: this.#buffer.series(name, at, span),
    };
  }

  #counts(at: Instant): ReplicaReading {
    const t = instant(at - this.#passStart);
    const recorded = this.#recording.replicas.findLast((line) => line.t <= t);
    if (recorded !== undefined) {
      return { desired: recorded.desired, ready: recorded.ready, source: this.#recording.replicasFrom };
    }
    const existing = this.#replicas.filter(({ exists }) => exists);
    if (existing.length === 0) return { desired: null, ready: null, source: "pods" };
    return {
      desired: existing.length,
      ready: existing.filter(({ ready }) => ready).length,
      source: "pods",
    };
  }
}
