// What a request plane needs of a server, however its events are worked out.

import type { ModelCounters } from "./model-counters.ts";

/** A request as it arrives; whoever takes it copies what it needs. */
export type Arrival = {
  /** Seconds since the scenario's start, at the balancer. */
  readonly at: number;
  /** Index of the model. */
  readonly model: number;
  /** Batch dimension. */
  readonly batch: number;
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
  /** Takes a request in at `now`, not before the last `advance`. */
  accept(arrival: Arrival, now: number): void;
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
