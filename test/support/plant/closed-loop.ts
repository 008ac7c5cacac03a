// The whole loop in simulated time: users, Triton pods, scrapes, the production tick, the HPA, and back to the pods.

import { type DecideResult, decide } from "../../../src/decide/decide.ts";
import type { Observation } from "../../../src/domain/observation.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import type { PodSamples, WorkloadSamples } from "../../../src/domain/samples.ts";
import type { ScalerState } from "../../../src/domain/state.ts";
import { before, type Instant, instant, seconds } from "../../../src/domain/units.ts";
import { sampleSpan } from "../../../src/domain/windows.ts";
import { buildObservation } from "../../../src/observe/build-observation.ts";
import { type ArrivalProcess, arrivals, type NextArrival, type RateProfile } from "./arrivals.ts";
import { Cluster, type Pod, type StartupTimes } from "./cluster.ts";
import { hpaReplicas } from "./hpa.ts";
import { PodHistory } from "./pod-history.ts";
import { type RandomStream, randomStream } from "./random.ts";
import { Score } from "./score.ts";
import type { ServiceShape } from "./triton-replica.ts";

const EPOCH_MILLIS = Date.UTC(2026, 0, 5);
const SYNC_SECONDS = 15;

/** One tick as it happened, for what a test wants to look at besides the results. */
export type TickSeen = {
  readonly atSeconds: number;
  readonly observation: Observation;
  readonly result: DecideResult;
};

/** One experiment; times are seconds since its start. */
export type Experiment = {
  readonly seed: number;
  readonly policy: Policy;
  readonly state: ScalerState;
  readonly rate: RateProfile;
  readonly process: ArrivalProcess;
  readonly durationSeconds: number;
  readonly initialReplicas: number;
  readonly shape: ServiceShape;
  readonly startup: StartupTimes;
  /** Whether the servers publish latency quantiles, as Triton does when told to. */
  readonly summaries: boolean;
  readonly scrapeSeconds: number;
  readonly tickSeconds: number;
  /** Sources are read this long before the tick. */
  readonly lagSeconds: number;
  /** The share of scrapes that fail. */
  readonly scrapeLossRatio: number;
  /** Desired replicas by hand, in place of the HPA; null = the HPA follows the answers. */
  readonly forced: readonly { readonly atSeconds: number; readonly replicas: number }[] | null;
  readonly onTick: (tick: TickSeen) => void;
};

export type DesiredAt = { readonly atSeconds: number; readonly replicas: number };

export type ExperimentResult = {
  /** Desired replicas at the start and at every change. */
  readonly desired: readonly DesiredAt[];
  readonly maxDesired: number;
  readonly podHours: number;
  readonly refused: number;
  readonly score: Score;
};

/** Returns how often desired replicas changed after a time. */
export function changesAfter(result: ExperimentResult, atSeconds: number): number {
  return result.desired.filter((change) => change.atSeconds > atSeconds).length;
}

/** Returns desired replicas in force at a time. */
export function desiredAt(result: ExperimentResult, atSeconds: number): number {
  return result.desired.findLast((change) => change.atSeconds <= atSeconds)?.replicas ?? 0;
}

/** Runs an experiment; equal experiments give equal results. */
export function runExperiment(experiment: Experiment): ExperimentResult {
  return new Run(experiment).play();
}

type Scraped = { readonly pod: Pod; readonly history: PodHistory; nextScrapeAt: number };

class Run {
  readonly #experiment: Experiment;
  readonly #random: RandomStream;
  readonly #score: Score;
  readonly #cluster: Cluster;
  readonly #nextArrival: NextArrival;
  readonly #scraped: Scraped[] = [];
  readonly #desired: DesiredAt[] = [];
  #arrivalAt: number;
  #tickAt: number;
  #syncAt: number;
  #state: ScalerState;
  #answer: number | null = null;

  constructor(experiment: Experiment) {
    const {
      seed,
      policy,
      rate,
      process,
      durationSeconds,
      initialReplicas,
      shape,
      startup,
      tickSeconds,
      summaries,
    } = experiment;
    this.#experiment = experiment;
    this.#random = randomStream(seed);
    this.#score = new Score({ objectiveSeconds: policy.objective.latency / 1000, durationSeconds });
    const onCompletion = this.#score.listen;
    this.#cluster = new Cluster({
      initialReplicas,
      shape,
      startup,
      random: randomStream(seed + 1),
      summaries,
      onCompletion,
    });
    this.#nextArrival = arrivals(rate, process, randomStream(seed + 2));
    this.#arrivalAt = this.#nextArrival(0);
    this.#tickAt = tickSeconds;
    this.#syncAt = SYNC_SECONDS * (1 + this.#random.uniform());
    this.#state = experiment.state;
    this.#desired.push({ atSeconds: 0, replicas: initialReplicas });
    this.#discover(0);
  }

  play(): ExperimentResult {
    const end = this.#experiment.durationSeconds;
    for (let at = this.#nextEventAt(); at <= end; at = this.#nextEventAt()) this.#advance(at);
    this.#cluster.advance(end);
    const maxDesired = Math.max(...this.#desired.map((change) => change.replicas));
    const [podHours, refused] = [this.#cluster.podHours(), this.#cluster.refused()];
    return { desired: this.#desired, maxDesired, podHours, refused, score: this.#score };
  }

  #nextEventAt(): number {
    let next = Math.min(this.#tickAt, this.#syncAt, this.#cluster.nextReadyAt());
    for (const { nextScrapeAt } of this.#scraped) next = Math.min(next, nextScrapeAt);
    return next;
  }

  #advance(at: number): void {
    while (this.#arrivalAt <= at) {
      this.#cluster.dispatch(this.#arrivalAt);
      this.#arrivalAt = this.#nextArrival(this.#arrivalAt);
    }
    this.#cluster.advance(at);
    for (const scraped of this.#scraped) if (scraped.nextScrapeAt <= at) this.#scrape(scraped, at);
    if (this.#tickAt <= at) this.#tick(at);
    if (this.#syncAt <= at) this.#sync(at);
  }

  #scrape(scraped: Scraped, at: number): void {
    const { pod, history } = scraped;
    if (pod.phase === "gone") {
      scraped.nextScrapeAt = Number.POSITIVE_INFINITY;
      return;
    }
    pod.server.advance(at);
    const lost = this.#random.uniform() < this.#experiment.scrapeLossRatio;
    history.record(instantAt(at), lost || pod.phase === "starting" ? null : pod.server.counters(at));
    scraped.nextScrapeAt = at + this.#experiment.scrapeSeconds;
  }

  #tick(atSeconds: number): void {
    const { policy, scrapeSeconds, tickSeconds, lagSeconds, onTick } = this.#experiment;
    const at = instantAt(atSeconds);
    const readAt = before(at, seconds(lagSeconds));
    const observation = buildObservation({
      at,
      readAt,
      policy,
      samples: this.#samples(readAt),
      scrapeInterval: seconds(scrapeSeconds),
      tickInterval: seconds(tickSeconds),
      activation: null,
      queries: new Map(),
    });
    const result = decide(this.#state, observation, policy);
    const { status, replicas } = result.decision;
    this.#state = result.state;
    this.#answer = status === "starting" || status === "unavailable" ? null : replicas;
    onTick({ atSeconds, observation, result });
    this.#tickAt = atSeconds + tickSeconds;
  }

  #samples(readAt: Instant): WorkloadSamples {
    const oldest = before(readAt, sampleSpan(this.#experiment.policy));
    const pods: PodSamples[] = [];
    for (const { pod, history } of this.#scraped) {
      history.trim(oldest);
      if (history.isEmpty()) continue;
      const appearedAt = pod.createdAt === null ? null : instantAt(pod.createdAt);
      pods.push(history.samples(readAt, { pod: pod.name, appearedAt, ready: pod.phase === "ready" }));
    }
    const replicas = {
      desired: this.#cluster.desired(),
      ready: this.#cluster.ready(),
      source: "kubernetes",
    } as const;
    return { pods, replicas };
  }

  #sync(at: number): void {
    const { policy, forced } = this.#experiment;
    const desired = this.#cluster.desired();
    const wanted =
      forced === null
        ? hpaReplicas({
            desired,
            current: desired,
            value: this.#answer,
            targetSize: 1,
            tolerance: 0,
            min: Math.max(1, policy.replicas.min),
            max: policy.replicas.max,
          })
        : (forced.findLast((change) => change.atSeconds <= at)?.replicas ?? desired);
    this.#syncAt = at + SYNC_SECONDS;
    if (wanted === desired) return;
    this.#cluster.scaleTo(wanted, at);
    this.#desired.push({ atSeconds: at, replicas: wanted });
    this.#discover(at);
  }

  /** Starts scraping pods that have come since; each at a phase of its own. */
  #discover(at: number): void {
    const known = new Set(this.#scraped.map(({ pod }) => pod));
    for (const pod of this.#cluster.pods()) {
      if (known.has(pod)) continue;
      const nextScrapeAt = at + this.#random.uniform() * this.#experiment.scrapeSeconds;
      this.#scraped.push({ pod, history: new PodHistory(this.#experiment), nextScrapeAt });
    }
    const gone = this.#scraped.filter(({ pod, history }) => pod.phase !== "gone" || !history.isEmpty());
    this.#scraped.splice(0, this.#scraped.length, ...gone);
  }
}

function instantAt(atSeconds: number): Instant {
  return instant(EPOCH_MILLIS + atSeconds * 1000);
}
