// Scrapes the metrics pages of a fixed list of Triton servers, each on a schedule of its own.

import type { ScrapeTarget } from "../domain/configuration.ts";
import { failed, type Result } from "../domain/result.ts";
import type { PodSamples, QuerySamples, WorkloadSamples } from "../domain/samples.ts";
import type { TargetRef } from "../domain/target.ts";
import { type Instant, instant, type Millis, millis } from "../domain/units.ts";
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
};

export class ScrapeSource implements MetricsSource {
  readonly kind = "scrape";
  readonly scrapeInterval: Millis;
  readonly #options: ScrapeSourceOptions;
  readonly #pods: readonly Pod[];
  readonly #buffer: SampleBuffer;
  readonly #agents: MetricsAgents = metricsAgents();
  readonly #stop = new AbortController();
  #loops: readonly Promise<void>[] = [];

  constructor(options: ScrapeSourceOptions) {
    const { targets, interval, keep } = options;
    this.scrapeInterval = interval;
    this.#options = options;
    this.#buffer = new SampleBuffer({ keep });
    this.#pods = targets.map((target, index) => ({
      target,
      key: `${target.namespace}/${target.workload}/${target.pod}`,
      phase: millis(Math.floor((index * interval) / targets.length)),
      tried: false,
      problem: null,
      answeredAt: null,
      appearedAt: null,
    }));
  }

  /** Begins to scrape; again does nothing. */
  start(): void {
    if (this.#loops.length > 0 || this.#stop.signal.aborted) return;
    this.#loops = this.#pods.map((pod) => this.#scrapeForever(pod));
  }

  /** Returns whether a target answered at its last try, or none has been tried. */
  isUp(): boolean {
    return this.#pods.length === 0 || this.#pods.some(({ problem }) => problem === null);
  }

  /** Scrapes go their own way; this only tells how they went: badly where every target's last try failed. */
  refresh(): Promise<SourceOutcome> {
    const ok = this.isUp();
    const detail = ok ? null : `no target answers: ${this.#pods[0]?.key}: ${this.#pods[0]?.problem}`;
    return Promise.resolve({ ok, detail });
  }

  workload({ namespace, name }: TargetRef, at: Instant, span: Millis): WorkloadSamples {
    const ours = this.#pods.filter(
      ({ target }) => target.namespace === namespace && target.workload === name,
    );
    return {
      pods: ours.map((pod) => this.#samplesOf(pod, at, span)),
      replicas: { desired: ours.length === 0 ? null : ours.length, ready: null, source: "static" },
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
    await Promise.all(this.#loops);
    closeAgents(this.#agents);
  }

  #samplesOf({ target, key, appearedAt, answeredAt }: Pod, at: Instant, span: Millis): PodSamples {
    const answered = answeredAt !== null && answeredAt <= at;
    return {
      pod: target.pod,
      appearedAt: answered ? appearedAt : null,
      ready: null,
      expected: answered,
      scrapes: this.#buffer.scrapes(key, at, span),
      series: this.#buffer.series(key, at, span),
    };
  }

  async #scrapeForever(pod: Pod): Promise<void> {
    const { clock, interval } = this.#options;
    const { signal } = this.#stop;
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
      signal: this.#stop.signal,
    });
    if (this.#stop.signal.aborted) return;
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
