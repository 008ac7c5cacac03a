// What is new of a workload from one reading of a source to the next: the lines that a recording gets.

import type { ReplicaReading, WorkloadSamples } from "../domain/samples.ts";
import { elapsed, type Instant, type Millis } from "../domain/units.ts";
import { type PrintedScrape, printScrapes } from "../observe/print-exposition.ts";

/** A pod that was there while the first scrapes were made was there before. */
const FIRST_INTERVALS = 3;

export type NewScrape = PrintedScrape & { readonly pod: string };

export type NewLines = {
  /** Pods not seen before, by name. */
  readonly pods: readonly string[];
  readonly scrapes: readonly NewScrape[];
  /** Pods that are no longer expected. */
  readonly gone: readonly string[];
  /** Null = as before. */
  readonly replicas: ReplicaReading | null;
};

/** Follows one workload from `epoch` on. */
export class RecordedLines {
  readonly #epoch: Instant;
  readonly #scrapeInterval: Millis;
  /** Pod → its newest attempt taken. */
  readonly #newest = new Map<string, Instant | null>();
  readonly #initial = new Set<string>();
  readonly #everExpected = new Set<string>();
  #expected: ReadonlySet<string> = new Set();
  #replicas: ReplicaReading | null = null;
  #hasTaken = false;

  constructor({ epoch, scrapeInterval }: { readonly epoch: Instant; readonly scrapeInterval: Millis }) {
    this.#epoch = epoch;
    this.#scrapeInterval = scrapeInterval;
  }

  /** Whether the pod was there at `epoch`. */
  isInitial(pod: string): boolean {
    return this.#initial.has(pod);
  }

  /** Returns what `samples`, read at `at`, show beyond what was shown before; nothing from before `epoch`. */
  take(samples: WorkloadSamples, at: Instant): NewLines {
    const pods = samples.pods.toSorted((one, other) => (one.pod < other.pod ? -1 : 1));
    const unseen = pods.map(({ pod }) => pod).filter((pod) => !this.#newest.has(pod));
    const scrapes = pods.flatMap((samplesOfPod) => {
      const { pod } = samplesOfPod;
      const found = printScrapes(samplesOfPod, this.#newest.get(pod) ?? null).filter(
        (scrape) => scrape.at >= this.#epoch && scrape.at <= at,
      );
      this.#newest.set(pod, found.at(-1)?.at ?? this.#newest.get(pod) ?? null);
      return found.map((scrape) => ({ pod, ...scrape }));
    });
    const wasExpected = this.#expected;
    this.#expected = new Set(pods.filter(({ expected }) => expected).map(({ pod }) => pod));
    for (const { pod, expected, appearedAt } of pods) if (expected) this.#meet(pod, appearedAt, at);
    this.#hasTaken = true;
    const gone = [...wasExpected].filter((pod) => !this.#expected.has(pod));
    return { pods: unseen, scrapes, gone, replicas: this.#changedReplicas(samples.replicas) };
  }

  #meet(pod: string, appearedAt: Instant | null, at: Instant): void {
    if (this.#everExpected.has(pod)) return;
    this.#everExpected.add(pod);
    const isEarly = !this.#hasTaken || elapsed(this.#epoch, at) <= FIRST_INTERVALS * this.#scrapeInterval;
    if (appearedAt === null ? isEarly : appearedAt <= this.#epoch) this.#initial.add(pod);
  }

  #changedReplicas(now: ReplicaReading): ReplicaReading | null {
    const before = this.#replicas;
    if (before !== null && before.desired === now.desired && before.ready === now.ready) return null;
    this.#replicas = now;
    return now;
  }
}
