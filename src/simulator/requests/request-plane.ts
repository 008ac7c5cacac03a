// What serves requests: arrivals, a balancer, Triton servers, and the score of it all.

import type { Balancer as BalancerSettings, ModelScenario } from "../../domain/scenario.ts";
import { Balancer } from "../balancer/balancer.ts";
import type { RandomStream } from "../random/random-stream.ts";
import type { ArrivalSource } from "../traffic/arrival-source.ts";
import type { ServiceDistribution } from "../triton/execution-time.ts";
import type { ModelCounters } from "../triton/model-counters.ts";
import type { PlaneServer } from "../triton/plane-server.ts";
import { RequestPool } from "../triton/request-pool.ts";
import { ArrivalQueue, type ArrivalRun } from "./arrival-queue.ts";
import { Outcomes } from "./outcomes.ts";
import type { LatencyQuantiles } from "./recent-latencies.ts";
import type { RequestScore } from "./request-score.ts";
import type { RequestTable } from "./request-table.ts";
import { type ServerFactory, serverFactory } from "./server-factory.ts";

/** Times are seconds since the scenario's start. */
export type RequestPlaneSettings = {
  readonly models: readonly ModelScenario[];
  /** One a model, in their order. */
  readonly arrivals: readonly ArrivalSource[];
  readonly balancer: BalancerSettings;
  readonly balancerRandom: RandomStream;
  /** Draws a server's execution times. */
  readonly serviceRandom: (server: number) => RandomStream;
  /** One a model: the latency within which an answer is good. */
  readonly objectiveSeconds: readonly number[];
  readonly durationSeconds: number;
  /** Requests that arrive before are served, not counted. */
  readonly warmupSeconds: number;
  /** Whether every request is kept for `requests()`. */
  readonly keepRequests: boolean;
  /** Whether `latencyQuantilesMicros` is asked for. */
  readonly latencySummaries?: boolean;
  /** Log-normal unless given. */
  readonly serviceDistribution?: ServiceDistribution;
  /**
   * How often the end of an execution fails to wake a batcher with queue policies, which then sleeps until the next
   * request or half-second; a race in Triton's threads, measured at 0.05. Never unless given.
   */
  readonly missedWakeRatio?: number;
  /** Whether servers work out every event even where batch by batch is enough; the results are the same. */
  readonly everyEvent?: boolean;
};

/** Serves the requests of one workload. Time is that of the last `advance` and never goes back. */
export class RequestPlane {
  readonly #settings: RequestPlaneSettings;
  readonly #arrivals: ArrivalQueue;
  readonly #outcomes: Outcomes;
  readonly #balancer: Balancer<PlaneServer>;
  readonly #newServer: ServerFactory;
  /** By id, those gone too. */
  readonly #servers: PlaneServer[] = [];
  readonly #gone = new Set<number>();
  /** No server was ready for them. */
  #waiting: ArrivalRun[] = [];
  readonly #slowdowns: number[];
  #now = 0;

  constructor(settings: RequestPlaneSettings) {
    const requests = new RequestPool();
    this.#settings = settings;
    this.#arrivals = new ArrivalQueue(settings.arrivals);
    this.#outcomes = new Outcomes(settings, requests);
    this.#balancer = new Balancer(settings.balancer, settings.balancerRandom);
    this.#newServer = serverFactory(settings, requests, this.#outcomes);
    this.#slowdowns = settings.models.map(() => 1);
  }

  /** Takes in the arrivals before `until` and serves up to it, inclusive. */
  advance(until: number): void {
    for (let run = this.#arrivals.next(until); run !== null; run = this.#arrivals.next(until)) {
      run.row = this.#outcomes.arrived(run);
      if (this.#balancer.hasServer()) this.#send(run, null);
      else this.#waiting.push(copyOf(run));
    }
    this.#now = until;
  }

  /** Adds a server that is ready now; requests that wait at the balancer go to it first. Returns its id: 0, 1, 2, … */
  addServer(): number {
    const server = this.#newServer(this.#servers.length, this.#now);
    for (const [index, factor] of this.#slowdowns.entries()) server.slowDown(factor, index);
    this.#servers.push(server);
    this.#balancer.add(server);
    for (const run of this.#waiting) this.#send(run, server);
    this.#waiting = [];
    return server.id;
  }

  /** Sends no new requests to a server; it serves what it has. */
  drain(server: number): void {
    this.#balancer.remove(this.#server(server));
  }

  /** Returns whether a server has nothing to do. */
  isEmpty(server: number): boolean {
    return this.#advanced(server).outstanding === 0;
  }

  /** Removes a server now; what it still had has failed. */
  removeServer(server: number): void {
    const removed = this.#advanced(server);
    this.#balancer.remove(removed);
    if (!this.#gone.has(server)) removed.fail(this.#now);
    this.#gone.add(server);
  }

  /** Execution times of a model (null = of all) that start from now on are `factor` times as long; 1 = normal. */
  slowDown(factor: number, model: string | null): void {
    this.#advanceAll();
    for (const [index, { name }] of this.#settings.models.entries()) {
      if (model !== null && model !== name) continue;
      this.#slowdowns[index] = factor;
      for (const server of this.#servers) server.slowDown(factor, index);
    }
  }

  /** Returns what a server has counted of the model with this index. */
  counters(server: number, model: number): ModelCounters {
    return this.#advanced(server).counters(model);
  }

  /**
   * Returns the quantiles of the request durations of a server's last minute, as its latency summaries show them; empty
   * without `latencySummaries`.
   */
  latencyQuantilesMicros(server: number, model: number): LatencyQuantiles {
    this.#advanced(server);
    return this.#outcomes.quantiles(server, { model, now: this.#now });
  }

  /** Returns for how long in seconds a server has had at least one execution running. */
  busySeconds(server: number): number {
    return this.#advanced(server).busySeconds(this.#now);
  }

  /** Returns how many requests wait for a ready server. */
  waitingAtBalancer(): number {
    return this.#waiting.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** Returns how many requests wait anywhere, at the balancer or on servers. */
  pending(): number {
    this.#advanceAll();
    return this.#servers.reduce((sum, server) => sum + server.pending(), this.waitingAtBalancer());
  }

  /** Returns how the requests of the model with this index have fared so far; the object goes on counting. */
  score(model: number): RequestScore {
    this.#advanceAll();
    return this.#outcomes.score(model);
  }

  /** Ends the run: what has no answer by now is unfinished, and bad. */
  finish(): void {
    this.#advanceAll();
    this.#outcomes.close();
  }

  /** Returns every request with what became of it; empty unless they are kept. */
  requests(): RequestTable {
    this.#advanceAll();
    return this.#outcomes.table();
  }

  /** Sends a run to a server, or wherever the balancer says. */
  #send({ model, times, batches, from, to, row }: ArrivalRun, only: PlaneServer | null): void {
    const arrival = { model, row };
    for (let place = from; place < to; place += 1) {
      const at = times[place] ?? 0;
      const server = only ?? this.#balancer.route(at);
      if (server === undefined) continue;
      this.#outcomes.taken(arrival.row, server.id);
      server.accept(at, batches[place] ?? 1, arrival);
      arrival.row += 1;
    }
  }

  #server(id: number): PlaneServer {
    const server = this.#servers[id];
    if (server === undefined) throw new RangeError(`there is no server ${id}`);
    return server;
  }

  #advanced(id: number): PlaneServer {
    const server = this.#server(id);
    server.advance(this.#now);
    return server;
  }

  #advanceAll(): void {
    for (const server of this.#servers) server.advance(this.#now);
  }
}

/** Arrivals that wait outlive the buffer. */
function copyOf({ model, times, batches, row, from, to }: ArrivalRun): ArrivalRun {
  return {
    model,
    times: times.slice(from, to),
    batches: batches.slice(from, to),
    row,
    from: 0,
    to: to - from,
  };
}
