// Writes the recording of one workload: files that grow under temporary names and become a recording at the end.

import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { formatInstant } from "../domain/instant.ts";
import type { ReplicaReading } from "../domain/samples.ts";
import type { TargetRef } from "../domain/target.ts";
import { elapsed, type Instant, type Millis, toSeconds } from "../domain/units.ts";
import { VERSION } from "../domain/version.ts";
import { GzipLines } from "./gzip-lines.ts";
import { GONE, MAX_FILE_BYTES } from "./recording-files.ts";

export type RecordingHeader = {
  readonly target: TargetRef;
  /** The instant of t = 0. */
  readonly epoch: Instant;
  readonly scrapeInterval: Millis;
  readonly tick: { readonly interval: Millis; readonly lag: Millis };
  /** The kind of source that was recorded. */
  readonly source: string;
};

/** What a finished recording holds. */
export type RecordingTotals = { readonly pods: number; readonly scrapes: number; readonly failed: number };

/** The status of an attempt whose text is there. */
const ANSWERED = 200;
/** Texts may need more bytes than characters; well before the reader's limit there is no more room. */
const FULL_LENGTH = MAX_FILE_BYTES / 2;

export class RecordingWriter {
  readonly directory: string;
  readonly #header: RecordingHeader;
  readonly #pods = new Map<string, { readonly lines: GzipLines; last: Instant | null }>();
  readonly #replicas: GzipLines;
  readonly #queries: GzipLines;
  #replicasFrom: ReplicaReading["source"] = "pods";
  #isMade = false;
  #totals = { scrapes: 0, failed: 0 };

  /** The directory is made by the first `write`. */
  constructor(directory: string, header: RecordingHeader) {
    this.directory = directory;
    this.#header = header;
    this.#replicas = new GzipLines(join(directory, "replicas.jsonl.gz"));
    this.#queries = new GzipLines(join(directory, "queries.jsonl.gz"));
  }

  /** Whether a file has become about as large as one may be. */
  get isFull(): boolean {
    return [...this.#files()].some(({ length }) => length >= FULL_LENGTH);
  }

  get totals(): RecordingTotals {
    return { pods: this.#pods.size, ...this.#totals };
  }

  /** Gives a pod the next replica index, if it has none. */
  pod(pod: string): void {
    if (this.#pods.has(pod)) return;
    const name = `scrapes-${this.#pods.size}.jsonl.gz`;
    this.#pods.set(pod, { lines: new GzipLines(join(this.directory, name)), last: null });
  }

  /** Takes an attempt; `text` null = it failed, and why is `status`. One that is not later than the pod's last is left out. */
  scrape(pod: string, at: Instant, outcome: { readonly text: string } | { readonly status: string }): void {
    const isAnswered = "text" in outcome;
    const status = isAnswered ? ANSWERED : outcome.status;
    if (!this.#line(pod, at, { status, text: isAnswered ? outcome.text : "" })) return;
    this.#totals.scrapes++;
    if (!isAnswered) this.#totals.failed++;
  }

  /** Takes that a pod does not exist any more. */
  gone(pod: string, at: Instant): void {
    this.#line(pod, at, { status: GONE, text: "" });
  }

  /** Takes counts that hold from `at` on. */
  replicas(at: Instant, { desired, ready, source }: ReplicaReading): void {
    this.#replicasFrom = source;
    this.#replicas.add({ t: this.#t(at), desired, ready });
  }

  /** Takes what a query gave at `at`; never earlier than the one before. */
  query(
    at: Instant,
    sample: { readonly policy: string; readonly query: string; readonly value: number },
  ): void {
    const { policy, query, value } = sample;
    if (at >= this.#header.epoch) this.#queries.add({ t: this.#t(at), policy, query, value });
  }

  /** Brings larger pieces to the disk. */
  async write(): Promise<void> {
    await this.#make();
    for (const file of this.#files()) await file.write();
  }

  /** Completes the recording, which lasts until `end`; the scenario comes last. */
  async finish(end: Instant, isInitial: (pod: string) => boolean): Promise<void> {
    await this.#make();
    for (const file of this.#files()) await file.finish();
    const scenario = join(this.directory, "scenario.json");
    await writeFile(`${scenario}.partial`, `${JSON.stringify(this.#scenario(end, isInitial), null, 2)}\n`);
    await rename(`${scenario}.partial`, scenario);
  }

  /** Removes all that was written. */
  async discard(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  async #make(): Promise<void> {
    if (!this.#isMade) await mkdir(this.directory, { recursive: true });
    this.#isMade = true;
  }

  #line(
    pod: string,
    at: Instant,
    line: { readonly status: string | number; readonly text: string },
  ): boolean {
    this.pod(pod);
    const known = this.#pods.get(pod);
    if (known === undefined || at < this.#header.epoch || (known.last !== null && at <= known.last))
      return false;
    known.last = at;
    known.lines.add({ t: this.#t(at), ...line });
    return true;
  }

  *#files(): Generator<GzipLines> {
    for (const { lines } of this.#pods.values()) yield lines;
    if (this.#replicas.length > 0) yield this.#replicas;
    if (this.#queries.length > 0) yield this.#queries;
  }

  #t(at: Instant): number {
    return toSeconds(elapsed(this.#header.epoch, at));
  }

  #scenario(end: Instant, isInitial: (pod: string) => boolean) {
    const { target, epoch, scrapeInterval, tick, source } = this.#header;
    const pods = [...this.#pods.keys()];
    return {
      name: `${target.namespace}.${target.name}`,
      recordedBy: `tidemark ${VERSION}`,
      source,
      target,
      epoch: formatInstant(epoch),
      durationSeconds: this.#t(end),
      scrapeIntervalMs: scrapeInterval,
      tickIntervalMs: tick.interval,
      tickLagMs: tick.lag,
      replicas: pods.length,
      initialReplicas: pods.flatMap((pod, index) => (isInitial(pod) ? [index] : [])),
      replicasFrom: this.#replicasFrom,
      pods,
    };
  }
}
