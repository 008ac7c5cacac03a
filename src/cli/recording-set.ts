// The recordings of all workloads of a source, under way: what is new of each goes to its writer.

import { join } from "node:path";

import { type RecordingHeader, type RecordingTotals, RecordingWriter } from "../adapters/recording-writer.ts";
import type { ScrapeAttempt } from "../adapters/scrape-source.ts";
import { RecordedLines } from "../control/recorded-lines.ts";
import { RecordedQueries } from "../control/recorded-queries.ts";
import type { LoadedPolicy } from "../domain/policy-set.ts";
import type { TargetRef } from "../domain/target.ts";
import type { Instant, Millis } from "../domain/units.ts";
import type { MetricsSource } from "../ports/metrics-source.ts";

type Recorder = {
  readonly target: TargetRef;
  readonly writer: RecordingWriter;
  readonly lines: RecordedLines;
  readonly queries: RecordedQueries;
};

export type RecordingSetOptions = {
  readonly directory: string;
  readonly header: Omit<RecordingHeader, "target">;
  /** Nothing later is recorded. */
  readonly to: Instant;
  readonly policies: readonly LoadedPolicy[];
  /** Whether attempts are told one by one, with their pages as they came, or are to be printed from samples. */
  readonly attemptsAreTold: boolean;
};

export type FinishedRecording = RecordingTotals & { readonly target: TargetRef; readonly directory: string };

/** What may be a part of the name of a directory: a label of Prometheus may hold anything. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
/** The shared recordings' words for failures. */
const STATUS_OF: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "connection reset"],
]);
const FAILED = "failed";

export class RecordingSet {
  readonly #options: RecordingSetOptions;
  readonly #recorders = new Map<string, Recorder>();

  constructor(options: RecordingSetOptions) {
    this.#options = options;
  }

  /** Whether a file is about as large as one may become. */
  get isFull(): boolean {
    return [...this.#recorders.values()].some(({ writer }) => writer.isFull);
  }

  /** All together, so far. */
  get totals(): RecordingTotals & { readonly workloads: number } {
    const all = [...this.#recorders.values()].map(({ writer }) => writer.totals);
    const sum = (of: keyof RecordingTotals): number => all.reduce((total, each) => total + each[of], 0);
    return { workloads: all.length, pods: sum("pods"), scrapes: sum("scrapes"), failed: sum("failed") };
  }

  /** Gives pods their indices before any of them is heard of. */
  expect(target: TargetRef, pods: readonly string[]): void {
    const recorder = this.#recorderOf(target);
    for (const pod of pods.toSorted()) recorder?.writer.pod(pod);
  }

  /** Takes one attempt as it was answered. */
  attempt({ target: { namespace, workload, pod }, at, page }: ScrapeAttempt): void {
    if (at > this.#options.to) return;
    const outcome = page.ok ? { text: page.value } : { status: statusOf(page.failure) };
    this.#recorders.get(`${namespace}/${workload}`)?.writer.scrape(pod, at, outcome);
  }

  /** Takes what the source shows of these workloads at `at` that it did not show before. */
  take(
    source: MetricsSource,
    targets: readonly TargetRef[],
    reading: { readonly at: Instant; readonly span: Millis },
  ): void {
    for (const target of targets) {
      const recorder = this.#recorderOf(target);
      if (recorder !== null) this.#takeOne(source, recorder, reading);
    }
  }

  /** Brings larger pieces to the disk. */
  async write(): Promise<void> {
    for (const { writer } of this.#recorders.values()) await writer.write();
  }

  /** Completes the recordings that have a scrape and drops the others. */
  async finish(end: Instant): Promise<readonly FinishedRecording[]> {
    const finished: FinishedRecording[] = [];
    for (const { target, writer, lines } of this.#recorders.values()) {
      if (writer.totals.scrapes === 0) await writer.discard();
      else {
        await writer.finish(end, (pod) => lines.isInitial(pod));
        finished.push({ target, directory: writer.directory, ...writer.totals });
      }
    }
    return finished;
  }

  #takeOne(
    source: MetricsSource,
    { target, writer, lines, queries }: Recorder,
    { at, span }: { readonly at: Instant; readonly span: Millis },
  ): void {
    const { pods, scrapes, gone, replicas } = lines.take(source.workload(target, at, span), at);
    for (const pod of pods) writer.pod(pod);
    if (!this.#options.attemptsAreTold) {
      for (const { pod, at: sentAt, text } of scrapes) {
        writer.scrape(pod, sentAt, text === null ? { status: FAILED } : { text });
      }
    }
    for (const pod of gone) writer.gone(pod, at);
    if (replicas !== null) writer.replicas(at, replicas);
    for (const sample of queries.take(source, at, span)) writer.query(sample.at, sample);
  }

  #recorderOf(target: TargetRef): Recorder | null {
    const { namespace, name } = target;
    const key = `${namespace}/${name}`;
    const known = this.#recorders.get(key);
    if (known !== undefined) return known;
    if (!NAME.test(namespace) || !NAME.test(name)) return null;
    const { directory, header, policies } = this.#options;
    const recorder = {
      target,
      writer: new RecordingWriter(join(directory, `${namespace}.${name}`), { ...header, target }),
      lines: new RecordedLines(header),
      queries: new RecordedQueries(
        policies.filter(({ policy }) => `${policy.target.namespace}/${policy.target.name}` === key),
      ),
    };
    this.#recorders.set(key, recorder);
    return recorder;
  }
}

function statusOf(failure: string): string {
  return STATUS_OF.get(failure) ?? (failure.startsWith("timeout") ? "timeout" : failure);
}
