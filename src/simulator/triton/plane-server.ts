// What a request plane needs of a server, however its events are worked out.

import type { ModelCounters } from "./model-counters.ts";

/** What else there is to know of a request that arrives; whoever takes it copies what it needs. */
export type Arrival = {
  /** Index of the model. */
  readonly model: number;
  /** Its row in the table of all requests, where one is kept. */
  readonly row: number;
};

/** One Triton server. Times are seconds since the scenario's start and never go back. */
export interface PlaneServer {
  readonly id: number;
  /** Requests that it has, waiting or executing, as of the last `advance`. */
  readonly outstanding: number;
  /** Before it, `advance` changes nothing. */
  readonly nextEventAt: number;
  /** Lets happen all that happens up to `until`, inclusive. */
  advance(until: number): void;
  /**
   * Takes a request in that came to the balancer at `at`, not before the last `advance`, or before the server was ready:
   * it has waited elsewhere until then. `batch` is its batch dimension.
   */
  accept(at: number, batch: number, arrival: Arrival): void;
  /** Execution times of a model that start from now on are so many times as long; 1 = normal. */
  slowDown(factor: number, model: number): void;
  /** Returns what it has counted of a model. */
  counters(model: number): ModelCounters;
  /** Returns for how many seconds up to `now` at least one execution was running. */
  busySeconds(now: number): number;
  /** Returns how many requests wait for an execution. */
  pending(): number;
  /** Ends it at `now`: what it still has has failed. */
  fail(now: number): void;
}
