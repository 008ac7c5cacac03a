// Prometheus as a metrics source: raw samples of the whole fleet in a few queries a tick, whatever state it is in.

import type { PrometheusSourceConfiguration } from "../../domain/configuration.ts";
import type { Policy } from "../../domain/policy.ts";
import type { QuerySamples, ReplicaReading, WorkloadSamples } from "../../domain/samples.ts";
import type { TargetRef } from "../../domain/target.ts";
import {
  elapsed,
  type Instant,
  longest,
  type Millis,
  millis,
  minutes,
  toSeconds,
} from "../../domain/units.ts";
import type { Logger } from "../../ports/logger.ts";
import type { MetricsSource, SourceOutcome } from "../../ports/metrics-source.ts";
import type { Telemetry } from "../../ports/telemetry.ts";
import { pause } from "../pause.ts";
import { monotonicMillis } from "../system-clock.ts";
import type { DecodedAnswer } from "./decode-response.ts";
import { PrometheusClient } from "./driver.ts";
import { Fleet } from "./fold.ts";
import { History } from "./history.ts";
import { ReplicaCounts } from "./kube-state-metrics.ts";
import { OwnQueries } from "./own-queries.ts";
import { PrometheusError } from "./prometheus-error.ts";
import { CircuitBreaker, withRetries } from "./retry.ts";
import { selectorsFor } from "./selectors.ts";

export type PrometheusSourceOptions = {
  /** File names in it are absolute. */
  readonly configuration: PrometheusSourceConfiguration;
  readonly tickInterval: Millis;
  /** What reading up to an instant may take; by default the greater part of a tick interval. */
  readonly readingTime?: (at: Instant) => Millis;
  /** How far back samples stay, and are read at first. */
  readonly keep: Millis;
  /** The policies in force: what they need is asked for; without any, everything is. */
  readonly policies: () => readonly Policy[];
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  /** 0 to below 1; spreads retries. */
  readonly random?: () => number;
};

/** What a tick may spend on reading; the rest is for deciding. */
const BUDGET_OF_A_TICK = 0.8;
const ATTEMPTS = 3;
/** Replica counts change slowly and are often scraped less often than Triton. */
const COUNTS_LAST = minutes(1);
const COUNTS_LAST_INTERVALS = 3.5;
/** A pod that was not tried for so long counts as gone; when none was, it is the scrapes that stopped. */
const SILENT_INTERVALS = 1.5;

export class PrometheusSource implements MetricsSource {
  readonly kind = "prometheus";
  readonly scrapeInterval: Millis;
  readonly #options: PrometheusSourceOptions;
  readonly #client: PrometheusClient;
  readonly #fleet: Fleet;
  readonly #counts: ReplicaCounts;
  readonly #history: History;
  readonly #queries: OwnQueries;
  readonly #breaker = new CircuitBreaker();
  readonly #stop = new AbortController();
  #attempts = ATTEMPTS;
  #isUp = false;
  #reading: Promise<SourceOutcome> | null = null;

  constructor(options: PrometheusSourceOptions) {
    const { configuration, keep, tickInterval, logger } = options;
    const { scrapeInterval, labels } = configuration;
    this.scrapeInterval = scrapeInterval;
    this.#options = options;
    this.#client = new PrometheusClient(configuration);
    this.#fleet = new Fleet({ keep, scrapeInterval, labels });
    this.#counts = new ReplicaCounts({ keep });
    this.#history = new History({
      fleet: this.#fleet,
      counts: this.#counts,
      scrapeInterval,
      keep,
      selectors: (policies) => selectorsFor(policies, configuration),
      ask: (expression, at, { stop, take }) =>
        this.#ask(() => this.#client.query(expression, at, { stop, take }), stop),
    });
    this.#queries = new OwnQueries({
      interval: tickInterval,
      keep,
      ask: (query, at, budget) => this.#ask(() => this.#client.query(query, at, budget), budget),
      askRange: (query, steps, budget) =>
        this.#ask(() => this.#client.queryRange(query, steps, budget), budget),
      onProblem: (query, problem) => {
        if (problem === null) logger.info({ query }, "query gives a number again");
        else logger.warn({ query, problem }, "query gives no number");
      },
    });
  }

  /** Returns whether the last reading brought in everything. */
  isUp(): boolean {
    return this.#isUp;
  }

  wanted(queries: readonly string[]): void {
    this.#queries.wanted(queries);
  }

  /** One reading at a time: where the last one is still under way, this one waits for the next tick. */
  refresh(at: Instant): Promise<SourceOutcome> {
    if (this.#reading !== null) {
      return Promise.resolve({ ok: false, detail: "the last reading is still under way" });
    }
    this.#reading = this.#read(at).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** Returns the workloads of which it has Triton's samples, as the names of their pods and replica counts tell. */
  workloads(): readonly TargetRef[] {
    return this.#fleet.workloads().map((target) => this.#counts.ofKnownKind(target));
  }

  workload(target: TargetRef, at: Instant, span: Millis): WorkloadSamples {
    const readUntil = this.#history.readUntil ?? at;
    const completeUntil = readUntil < at ? readUntil : at;
    return {
      pods: this.#fleet.pods(target, at, { span, completeUntil }),
      replicas: this.#replicas(target, at),
      knownUntil: this.#knownUntil(at, completeUntil),
    };
  }

  /** While readings succeed, only silence of all pods at once tells that Prometheus, not a pod, stopped. */
  #knownUntil(at: Instant, completeUntil: Instant): Instant {
    const scrapedUntil = this.#fleet.scrapedUntil(completeUntil);
    const silence = elapsed(scrapedUntil, at);
    return completeUntil === at && silence <= SILENT_INTERVALS * this.scrapeInterval ? at : scrapedUntil;
  }

  queried(query: string, at: Instant, span: Millis): QuerySamples {
    return this.#queries.queried(query, at, span);
  }

  /** Gives up what is under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#reading;
    this.#client.close();
  }

  #replicas(target: TargetRef, at: Instant): ReplicaReading {
    const { replicas } = this.#options.configuration;
    if (replicas !== "kube-state-metrics") return { desired: null, ready: null, source: replicas };
    const last = longest([COUNTS_LAST, millis(COUNTS_LAST_INTERVALS * this.scrapeInterval)]);
    return this.#counts.read(target, at, last);
  }

  async #read(at: Instant): Promise<SourceOutcome> {
    const { policies, tickInterval, readingTime } = this.#options;
    const limit = readingTime?.(at) ?? BUDGET_OF_A_TICK * tickInterval;
    const budget = AbortSignal.any([AbortSignal.timeout(limit), this.#stop.signal]);
    const probeFirst = this.#breaker.isOpen;
    this.#attempts = probeFirst ? 1 : ATTEMPTS;
    const trouble = await this.#history.read({ policies: policies(), at, budget, probeFirst });
    const isReached = !(trouble instanceof PrometheusError);
    this.#breaker.note(isReached);
    this.#isUp = trouble === null;
    if (isReached) await this.#queries.read(at, budget);
    return { ok: trouble === null, detail: detailOf(trouble) };
  }

  async #ask(ask: () => Promise<DecodedAnswer>, budget: AbortSignal): Promise<DecodedAnswer> {
    const { telemetry, random = Math.random } = this.#options;
    const once = async (): Promise<DecodedAnswer> => {
      const startedMs = monotonicMillis();
      let ok = false;
      try {
        const answer = await ask();
        ok = !answer.isPartial;
        return answer;
      } finally {
        telemetry.sourceQuery(this.kind, ok, toSeconds(millis(monotonicMillis() - startedMs)));
      }
    };
    return await withRetries(once, { attempts: this.#attempts, budget }, { random, pause });
  }
}

function detailOf(trouble: PrometheusError | "partial" | null): string | null {
  if (trouble === null) return null;
  if (trouble === "partial") return "the answer is partial: Prometheus warns that something is missing";
  return trouble.message;
}
