// Scrapes the metrics pages of Triton servers, each on a schedule of its own: of a fixed list, or of one that changes.

import type { ScrapeTarget } from "../domain/configuration.ts";
import { failed, type Result } from "../domain/result.ts";
import type { PodSamples, QuerySamples, WorkloadSamples } from "../domain/samples.ts";
import type { TargetRef } from "../domain/target.ts";
import { elapsed, type Instant, instant, type Millis, millis } from "../domain/units.ts";
import { type ExpositionSample, parseExposition } from "../observe/exposition.ts";
import { SampleBuffer } from "../observe/sample-buffer.ts";
import { isKeptMetric } from "../observe/triton-metrics.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { MetricsSource, SourceOutcome } from "../ports/metrics-source.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { closeAgents, type MetricsAgents, metricsAgents, requestMetrics } from "./metrics-request.ts";
import { monotonicMillis } from "./system-clock.ts";

const MAX_PAGE_BYTES = 8 * 1024 * 1024;
const MAX_SERIES = 50_000;
/** Multiples of it fill the unit interval evenly, in whatever number they come. */
const GOLDEN_RATIO = 0.618_033_988_749_895;
const NO_QUERIES: QuerySamples = { times: [], values: [] };

export type ScrapeSourceOptions = {
  readonly targets: readonly ScrapeTarget[];
  readonly interval: Millis;
  /** Less than `interval`: one scrape is over before the next is due. */
  readonly timeout: Millis;
  /** How far back samples stay. */
  readonly keep: Millis;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  /** Told of each attempt as it was answered: the page, or in a few words why there is none. */
  readonly onAttempt?: (attempt: ScrapeAttempt) => void;
};

/** One request of a target's page, sent at `at`. */
export type ScrapeAttempt = {
  readonly target: ScrapeTarget;
  readonly at: Instant;
  readonly page: Result<string, string>;
};

/** A target with what is known of it. */
type Pod = {
  readonly target: ScrapeTarget;
  /** Its name in the buffer. */
  readonly key: string;
  /** When in each interval it is scraped: targets are spread over it. */
  readonly phase: Millis;
  tried: boolean;
  /** Why the last try failed; null if it did not, or there was none. */
  problem: string | null;
  answeredAt: Instant | null;
  appearedAt: Instant | null;
  /** When it was last a target; null while it is one. */
  leftAt: Instant | null;
  readonly stop: AbortController;
};

export class ScrapeSource implements MetricsSource {
  readonly kind = "scrape";
  readonly scrapeInterval: Millis;
  readonly #options: ScrapeSourceOptions;
  #pods: Pod[] = [];
  readonly #buffer: SampleBuffer;
  readonly #agents: MetricsAgents = metricsAgents();
  readonly #stop = new AbortController();
  readonly #loops = new Set<Promise<void>>();
  /** Whether targets come and go: then their number says nothing about desired replicas. */
  #isFixed = true;
  #isStarted = false;
  #added = 0;

  constructor(options: ScrapeSourceOptions) {
    const { targets, interval, keep } = options;
    this.scrapeInterval = interval;
    this.#options = options;
    this.#buffer = new SampleBuffer({ keep });
    this.#pods = targets.map((target, index) =>
      newPod(target, millis(Math.floor((index * interval) / targets.length))),
    );
  }

  /** Scrapes these targets from now on and no others. What those gave stays as long as samples do. */
  retarget(targets: readonly ScrapeTarget[]): void {
    const { clock, keep, interval } = this.#options;
    const now = clock.now();
    this.#isFixed = false;
    const wanted = new Map(targets.map((target) => [podKey(target), target]));
    for (const pod of this.#pods) {
      if (pod.leftAt !== null) continue;
      const target = wanted.get(pod.key);
      // A pod that comes back under another address is scraped anew; its past goes on.
      if (target !== undefined && target.url === pod.target.url) wanted.delete(pod.key);
      else leave(pod, now);
    }
    this.#pods = this.#pods.filter(({ leftAt }) => leftAt === null || elapsed(leftAt, now) <= keep);
    for (const target of wanted.values()) {
      this.#added += 1;
      const pod = newPod(target, millis(Math.floor(((this.#added * GOLDEN_RATIO) % 1) * interval)));
      const before = this.#pods.findIndex(({ key }) => key === pod.key);
      if (before >= 0) inherit(pod, this.#pods.splice(before, 1)[0]);
      this.#pods.push(pod);
      if (this.#isStarted) this.#begin(pod);
    }
  }

  /** Begins to scrape; again does nothing. */
  start(): void {
    if (this.#isStarted || this.#stop.signal.aborted) return;
    this.#isStarted = true;
    for (const pod of this.#pods) this.#begin(pod);
  }

  /** Returns whether a target answered at its last try, or none has been tried. */
  isUp(): boolean {
    const targets = this.#targets();
    return targets.length === 0 || targets.some(({ problem }) => problem === null);
  }

  /** Scrapes go their own way; this only tells how they went: badly where every target's last try failed. */
  refresh(): Promise<SourceOutcome> {
    const ok = this.isUp();
    const [first] = this.#targets();
    const detail = ok ? null : `no target answers: ${first?.key}: ${first?.problem}`;
    return Promise.resolve({ ok, detail });
  }

  workload({ namespace, name }: TargetRef, at: Instant, span: Millis): WorkloadSamples {
    const ours = this.#pods.filter(
      ({ target }) => target.namespace === namespace && target.workload === name,
    );
    const desired = this.#isFixed && ours.length > 0 ? ours.length : null;
    return {
      pods: ours.map((pod) => this.#samplesOf(pod, at, span)),
      replicas: { desired, ready: null, source: "static" },
    };
  }

  /** It runs no queries. */
  queried(): QuerySamples {
    return NO_QUERIES;
  }

  wanted(): void {}

  /** Stops, and gives up scrapes under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const { stop } of this.#pods) stop.abort();
    await Promise.all(this.#loops);
    closeAgents(this.#agents);
  }

  #targets(): readonly Pod[] {
    return this.#pods.filter(({ leftAt }) => leftAt === null);
  }

  #begin(pod: Pod): void {
    const loop = this.#scrapeForever(pod).finally(() => this.#loops.delete(loop));
    this.#loops.add(loop);
  }

  #samplesOf({ target, key, appearedAt, answeredAt, leftAt }: Pod, at: Instant, span: Millis): PodSamples {
    const answered = answeredAt !== null && answeredAt <= at;
    return {
      pod: target.pod,
      appearedAt: answered ? appearedAt : null,
      ready: null,
      expected: answered && leftAt === null,
      scrapes: this.#buffer.scrapes(key, at, span),
      series: this.#buffer.series(key, at, span),
    };
  }

  async #scrapeForever(pod: Pod): Promise<void> {
    const { clock, interval } = this.#options;
    const { signal } = pod.stop;
    while (!signal.aborted) {
      await clock.sleepUntil(nextDue(clock.now(), { interval, phase: pod.phase }), signal);
      if (!signal.aborted) await this.#scrape(pod);
    }
  }

  async #scrape(pod: Pod): Promise<void> {
    const { clock, timeout, telemetry } = this.#options;
    const at = clock.now();
    const startedMs = monotonicMillis();
    const page = await requestMetrics({
      url: pod.target.url,
      agents: this.#agents,
      timeout,
      maxBytes: MAX_PAGE_BYTES,
      signal: pod.stop.signal,
    });
    if (pod.stop.signal.aborted) return;
    this.#options.onAttempt?.({ target: pod.target, at, page });
    const samples = page.ok ? readPage(page.value) : failed(page.failure);
    telemetry.sourceQuery(this.kind, samples.ok, (monotonicMillis() - startedMs) / 1000);
    if (!samples.ok) this.#buffer.failed(pod.key, at);
    else {
      // A pod that answers our first look was born before it, nobody knows when.
      if (pod.answeredAt === null && pod.tried) pod.appearedAt = at;
      pod.answeredAt ??= at;
      this.#buffer.scraped(pod.key, at, samples.value);
    }
    this.#noteOutcome(pod, samples.ok ? null : samples.failure);
  }

  /** Says once that a target stopped answering, and once that it answers again. */
  #noteOutcome(pod: Pod, problem: string | null): void {
    const { logger } = this.#options;
    const { namespace, workload, pod: name, url } = pod.target;
    const fields = { namespace, workload, pod: name, url };
    if (problem !== null && pod.problem === null)
      logger.warn({ ...fields, problem }, "target does not answer");
    if (problem === null && pod.problem !== null) logger.info(fields, "target answers again");
    pod.problem = problem;
    pod.tried = true;
  }
}

function podKey({ namespace, workload, pod }: ScrapeTarget): string {
  return `${namespace}/${workload}/${pod}`;
}

function newPod(target: ScrapeTarget, phase: Millis): Pod {
  return {
    target,
    key: podKey(target),
    phase,
    tried: false,
    problem: null,
    answeredAt: null,
    appearedAt: null,
    leftAt: null,
    stop: new AbortController(),
  };
}

function leave(pod: Pod, now: Instant): void {
  pod.leftAt = now;
  pod.stop.abort();
}

function inherit(pod: Pod, before: Pod | undefined): void {
  pod.tried = before?.tried ?? false;
  pod.answeredAt = before?.answeredAt ?? null;
  pod.appearedAt = before?.appearedAt ?? null;
}

function readPage(text: string): Result<readonly ExpositionSample[], string> {
  const parsed = parseExposition(text, { keep: isKeptMetric, maxSeries: MAX_SERIES });
  return parsed.ok ? parsed : failed(`not metrics: line ${parsed.failure.line}: ${parsed.failure.message}`);
}

/** Returns the first instant after `now` that lies `phase` past a multiple of `interval`. */
function nextDue(
  now: Instant,
  { interval, phase }: { readonly interval: Millis; readonly phase: Millis },
): Instant {
  return instant((Math.floor((now - phase) / interval) + 1) * interval + phase);
}
