// Scrapes the pods of one workload, each at a phase of its own, and hands their samples over as a metrics source does.

import type { PodSamples } from "../../domain/samples.ts";
import type { ScrapeSettings, WorkloadScenario } from "../../domain/scenario.ts";
import { before, type Instant, instant, type Millis } from "../../domain/units.ts";
import { type Pod, wasReadyAt } from "../cluster/pod.ts";
import { type RandomStream, randomStream } from "../random/random-stream.ts";
import type { RequestPlane } from "../requests/request-plane.ts";
import { exportedSeries, type ServerReading, scrapedValues } from "./exported-series.ts";
import { ScrapeHistory } from "./scrape-history.ts";

/** Times are seconds since the scenario's start. */
export type ScraperParts = {
  readonly workload: WorkloadScenario;
  readonly settings: ScrapeSettings;
  /** The instant of t = 0. */
  readonly start: Instant;
  readonly plane: RequestPlane;
  readonly seed: number;
  /** How far back samples are asked for at most. */
  readonly keep: Millis;
  /** Asks for `due` at a time. */
  readonly schedule: (at: number, pod: Pod) => void;
  /** False while faults keep the source from scraping. */
  readonly isScraping: () => boolean;
  /** The share of scrapes that fail besides the settings' own. */
  readonly addedLossRatio: () => number;
};

type ScrapedPod = {
  readonly pod: Pod;
  readonly history: ScrapeHistory;
  readonly random: RandomStream;
  busySeconds: number;
  server: number | null;
  readAt: number;
  /** Its first answer. */
  answeredAt: Instant | null;
};

/** The plane must have been advanced to the time of every call. */
export class Scraper {
  readonly #parts: ScraperParts;
  /** By pod id; those gone stay until their samples are too old. */
  readonly #pods = new Map<number, ScrapedPod>();

  constructor(parts: ScraperParts) {
    this.#parts = parts;
  }

  /** Begins to scrape a pod that was created at `at`. */
  begin(pod: Pod, at: number): void {
    const { workload, settings, seed, keep } = this.#parts;
    const random = randomStream(seed, `${workload.namespace}/${workload.name}/scrapes`, pod.index);
    const interval = settings.scrapeIntervalSeconds;
    const phase = random.uniform() * interval;
    const offset = settings.scrapePhaseSeconds ?? phase;
    const history = new ScrapeHistory(exportedSeries(workload, pod.name), keep);
    this.#pods.set(pod.id, {
      pod,
      history,
      random,
      busySeconds: 0,
      server: null,
      readAt: at,
      answeredAt: null,
    });
    this.#parts.schedule(offset + interval * Math.max(0, Math.ceil((at - offset) / interval)), pod);
  }

  /** A scrape of a pod is due: none is tried before it has a node, and none of a pod that is gone. */
  due(pod: Pod, at: number): void {
    const scraped = this.#pods.get(pod.id);
    if (scraped === undefined || pod.phase === "gone") return;
    this.#parts.schedule(at + this.#parts.settings.scrapeIntervalSeconds, pod);
    const isLost = scraped.random.uniform() < this.#lossRatio();
    if (pod.scheduledAt === null || !this.#parts.isScraping()) return;
    const answers = pod.isUp && !isLost;
    if (answers) scraped.answeredAt ??= this.#instant(at);
    scraped.history.record(this.#instant(at), answers ? this.#values(scraped, at) : null);
  }

  /** Returns the pods' samples up to `at`, back to `at − span` and the last before. */
  samples(at: Instant, span: Millis): readonly PodSamples[] {
    const samples: PodSamples[] = [];
    const forgotten = before(at, this.#parts.keep);
    for (const [id, scraped] of this.#pods) {
      const { pod, history } = scraped;
      const triedAt = history.lastTriedAt();
      if (triedAt === null || triedAt <= before(at, span)) {
        if (pod.phase === "gone" && (triedAt ?? 0) <= forgotten) this.#pods.delete(id);
        continue;
      }
      const ready = wasReadyAt(pod, (at - this.#parts.start) / 1000);
      const appearedAt = appearance(scraped, at);
      const [scrapes, series] = [history.scrapes(at, span), history.series(at, span)];
      if (scrapes.length > 0)
        samples.push({ pod: pod.name, appearedAt, ready, expected: ready, scrapes, series });
    }
    return samples;
  }

  #values(scraped: ScrapedPod, at: number): readonly number[] {
    const { plane, workload } = this.#parts;
    const { server } = scraped.pod;
    if (server === null) return scrapedValues(workload, { counters: null, quantiles: [], busyRatio: 0 });
    const counters = workload.models.map((_, model) => plane.counters(server, model));
    const quantiles = workload.latencySummaries
      ? workload.models.map((_, model) => plane.latencyQuantilesMicros(server, model))
      : [];
    const reading: ServerReading = { counters, quantiles, busyRatio: this.#busyRatio(scraped, server, at) };
    return scrapedValues(workload, reading);
  }

  #busyRatio(scraped: ScrapedPod, server: number, at: number): number {
    const busySeconds = this.#parts.plane.busySeconds(server);
    const before = scraped.server === server ? scraped.busySeconds : 0;
    const span = at - scraped.readAt;
    scraped.server = server;
    scraped.busySeconds = busySeconds;
    scraped.readAt = at;
    return span > 0 ? Math.min(1, (busySeconds - before) / span) : 0;
  }

  #lossRatio(): number {
    return 1 - (1 - this.#parts.settings.scrapeLossRatio) * (1 - this.#parts.addedLossRatio());
  }

  #instant(atSeconds: number): Instant {
    return instant(this.#parts.start + atSeconds * 1000);
  }
}

/** As every source has it, a pod comes to be with its first answer; one that was there before the run, nobody knows when. */
function appearance({ pod, answeredAt }: ScrapedPod, at: Instant): Instant | null {
  return pod.createdAt === null || answeredAt === null || answeredAt > at ? null : answeredAt;
}
