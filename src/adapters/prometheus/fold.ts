// Decoded series → the samples of every pod: which workload they belong to, which scraper they came by, what is new.

import type { PodSamples, Scrape } from "../../domain/samples.ts";
import { isPodOf, type TargetRef, workloadOfPod } from "../../domain/target.ts";
import { after, before, type Instant, type Millis, millis } from "../../domain/units.ts";
import { SampleBuffer } from "../../observe/sample-buffer.ts";
import { isKeptMetric } from "../../observe/triton-metrics.ts";
import { Continuity } from "./continuity.ts";
import type { DecodedSeries } from "./decode-response.ts";
import { chosenStream, type Stream } from "./pod-streams.ts";

export type FleetOptions = {
  /** How far back samples stay, and how far back anything is remembered of a pod. */
  readonly keep: Millis;
  readonly scrapeInterval: Millis;
  /** Which labels name a series' namespace and pod. */
  readonly labels: { readonly namespace: string; readonly pod: string };
};

/** Until scrapes have told which labels targets have. */
const TARGET_LABELS = ["job", "instance"];
const NAME = "__name__";
const STREAM_SEPARATOR = "\u0000";
/** A pod is expected until it has not been tried for this many intervals. */
const EXPECTED_INTERVALS = 3.5;
/** A pod that is first seen this long after the past begins was born then. */
const BORN_INTERVALS = 2;

export class Fleet {
  readonly #options: FleetOptions;
  readonly #buffer: SampleBuffer;
  readonly #continuity: Continuity;
  /** All names of labels that targets carry: what tells one scraper's series from another's. */
  readonly #targetLabels = new Set(TARGET_LABELS);
  #targetLabelOrder: readonly string[] = [...TARGET_LABELS].sort();
  /** Namespace/pod → the identities of its streams. */
  readonly #streams = new Map<string, Set<string>>();
  /** Namespace/pod of those that have shown samples of Triton's. */
  readonly #serving = new Set<string>();
  /** Namespace/workload → namespace/pod; a pod's name allows for two workloads. */
  readonly #pods = new Map<string, Set<string>>();

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#buffer = new SampleBuffer({ keep: options.keep });
    this.#continuity = new Continuity({ interval: options.scrapeInterval, keep: options.keep });
  }

  /** Learns from the series of `up` by which labels targets are told apart; before any samples are taken. */
  learnTargets(series: readonly DecodedSeries[]): void {
    const known = this.#targetLabels.size;
    for (const { labels } of series) {
      for (const name of Object.keys(labels)) if (name !== NAME) this.#targetLabels.add(name);
    }
    if (this.#targetLabels.size > known) this.#targetLabelOrder = [...this.#targetLabels].sort();
  }

  /** Takes in one series of `up`: its samples are the attempts to scrape a pod. */
  takeScrapes({ labels, times, values }: DecodedSeries): void {
    this.#continuity.seen(times);
    const key = this.#keyOf(labels);
    if (key === null) return;
    this.#buffer.addScrapes(
      key,
      times,
      values.map((value) => value === 1),
    );
  }

  /** Takes in one series of Triton's. */
  takeSamples({ labels, times, values }: DecodedSeries): void {
    const family = labels[NAME] ?? "";
    const key = isKeptMetric(family) ? this.#keyOf(labels) : null;
    if (key === null) return;
    this.#serving.add(key.slice(0, key.indexOf(STREAM_SEPARATOR)));
    this.#buffer.addSeries(key, { family, labels, times, values });
  }

  /** Takes in when anything else was scraped: it shows that Prometheus was there. */
  alive(times: readonly Instant[]): void {
    this.#continuity.seen(times);
  }

  /** Forgets what is older than `keep`, a pod a step, and at last pods of which nothing is left. */
  *forgetting(now: Instant): Generator<void, void> {
    yield* this.#buffer.forgetting(now);
    this.#continuity.forget(now);
    const left = new Set(this.#buffer.pods());
    for (const [pod, identities] of this.#streams) {
      for (const identity of identities) if (!left.has(streamKey(pod, identity))) identities.delete(identity);
      if (identities.size > 0) continue;
      this.#streams.delete(pod);
      this.#serving.delete(pod);
      for (const workload of workloadsOf(pod)) this.#pods.get(workload)?.delete(pod);
    }
  }

  /**
   * Returns the pods of a workload as they were known at `at`, with samples back to `span`. `completeUntil` is up to
   * when all attempts are known: nobody drops out for not having been tried after that.
   */
  pods(
    target: TargetRef,
    at: Instant,
    { span, completeUntil }: { readonly span: Millis; readonly completeUntil: Instant },
  ): readonly PodSamples[] {
    const prefix = `${target.namespace}/`;
    const found: PodSamples[] = [];
    for (const pod of this.#pods.get(`${prefix}${target.name}`) ?? []) {
      const name = pod.slice(prefix.length);
      if (!isPodOf(target.name, name)) continue;
      const samples = this.#pod(pod, at, { span, completeUntil });
      if (samples !== null) found.push({ pod: name, ...samples });
    }
    return found;
  }

  /** Returns up to when, seen from `at`, Prometheus has scraped at all: later it cannot tell who is gone. */
  scrapedUntil(at: Instant): Instant {
    return this.#continuity.until(at);
  }

  /** Returns the workloads whose pods have shown samples of Triton's, as the names of the pods tell, by name. */
  workloads(): readonly TargetRef[] {
    const found = new Map<string, TargetRef>();
    for (const key of [...this.#serving].sort()) {
      const [namespace = "", pod = ""] = key.split("/", 2);
      const workload = workloadOfPod(pod);
      if (workload !== null) found.set(`${namespace}/${workload.name}`, { namespace, ...workload });
    }
    return [...found.values()];
  }

  #pod(
    pod: string,
    at: Instant,
    { span, completeUntil }: { readonly span: Millis; readonly completeUntil: Instant },
  ): Omit<PodSamples, "pod"> | null {
    const { keep, scrapeInterval } = this.#options;
    const streams = [...(this.#streams.get(pod) ?? [])].map((identity): Stream => {
      const key = streamKey(pod, identity);
      return {
        identity,
        scrapes: this.#buffer.scrapes(key, at, keep).filter((scrape) => scrape.at > before(at, keep)),
        series: this.#buffer.series(key, at, span),
      };
    });
    const stream = chosenStream(streams, scrapeInterval);
    if (stream === null || (stream.scrapes.length === 0 && stream.series.length === 0)) return null;
    const attempts = stream.scrapes.length > 0 ? stream.scrapes : attemptsOf(stream);
    const last = attempts.at(-1)?.at ?? at;
    const horizon = before(
      completeUntil < at ? completeUntil : at,
      millis(EXPECTED_INTERVALS * scrapeInterval),
    );
    const answered = attempts.find(({ up }) => up) ?? null;
    return {
      appearedAt: this.#appearedAt(attempts, at),
      ready: null,
      expected: answered !== null && last > horizon,
      scrapes: reaching(stream.scrapes, before(at, span)),
      series: stream.series,
    };
  }

  /** A pod was born at its first answer, if it was not there before or failed before. */
  #appearedAt(attempts: readonly Scrape[], at: Instant): Instant | null {
    const [first] = attempts;
    const answered = attempts.find(({ up }) => up);
    const since = this.#continuity.since(at);
    if (first === undefined || answered === undefined || since === null) return null;
    const bornAfter = after(since, millis(BORN_INTERVALS * this.#options.scrapeInterval));
    return !first.up || first.at > bornAfter ? answered.at : null;
  }

  #keyOf(labels: Readonly<Record<string, string>>): string | null {
    const { namespace: namespaceLabel, pod: podLabel } = this.#options.labels;
    const [namespace, name] = [labels[namespaceLabel], labels[podLabel]];
    if (namespace === undefined || name === undefined || name === "") return null;
    const pod = `${namespace}/${name}`;
    let identity = "";
    for (const label of this.#targetLabelOrder) identity += `${labels[label] ?? ""}\u0001`;
    let identities = this.#streams.get(pod);
    if (identities === undefined) {
      identities = new Set();
      this.#streams.set(pod, identities);
      this.#index(pod);
    }
    identities.add(identity);
    return streamKey(pod, identity);
  }

  #index(pod: string): void {
    for (const workload of workloadsOf(pod)) {
      const pods = this.#pods.get(workload);
      if (pods === undefined) this.#pods.set(workload, new Set([pod]));
      else pods.add(pod);
    }
  }
}

function streamKey(pod: string, identity: string): string {
  return `${pod}${STREAM_SEPARATOR}${identity}`;
}

/** By its name a pod is of a StatefulSet (one part less) or of a Deployment (two parts less). */
function workloadsOf(pod: string): readonly string[] {
  const one = pod.lastIndexOf("-");
  const two = one <= 0 ? -1 : pod.lastIndexOf("-", one - 1);
  return [one, two].filter((end) => end > 0).map((end) => pod.slice(0, end));
}

/** Where nobody publishes `up`, each sample was an attempt that succeeded. */
function attemptsOf({ series }: Stream): readonly Scrape[] {
  const times = new Set(series.flatMap((each) => each.times));
  return [...times].sort((one, other) => one - other).map((at) => ({ at, up: true }));
}

/** Attempts after `start` and the last one before. */
function reaching(scrapes: readonly Scrape[], start: Instant): readonly Scrape[] {
  const first = scrapes.findIndex(({ at }) => at > start);
  return first < 0 ? scrapes.slice(-1) : scrapes.slice(Math.max(0, first - 1));
}
