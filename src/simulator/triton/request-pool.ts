// Requests under way, in columns: a number stands for a request, freed ones are used again, lists run through `next`.

import { twice } from "./columns.ts";

const FIRST_CAPACITY = 1024;

/** Ends a list. */
export const NONE = -1;

/** A request that comes to a scheduler; what is not said of it is as in the columns. */
export type NewRequest = {
  readonly arrivedAt: number;
  readonly enqueuedAt: number;
  readonly batch: number;
  readonly model: number;
  readonly row: number;
};

/** Times are seconds since the scenario's start. */
export class RequestPool {
  /** At the balancer. */
  arrivedAt = new Float64Array(FIRST_CAPACITY);
  /** At the server's scheduler. */
  enqueuedAt = new Float64Array(FIRST_CAPACITY);
  batch = new Uint16Array(FIRST_CAPACITY);
  model = new Uint8Array(FIRST_CAPACITY);
  /** Row in the table of all requests, where one is kept. */
  row = new Int32Array(FIRST_CAPACITY);
  next = new Int32Array(FIRST_CAPACITY);
  #free = NONE;
  #used = 0;

  /** Returns the number of a new request. */
  take({ arrivedAt, enqueuedAt, batch, model, row }: NewRequest): number {
    let request = this.#free;
    if (request === NONE) {
      request = this.#used;
      this.#used += 1;
      if (request === this.next.length) this.#grow();
    } else {
      this.#free = this.next[request] ?? NONE;
    }
    this.arrivedAt[request] = arrivedAt;
    this.enqueuedAt[request] = enqueuedAt;
    this.model[request] = model;
    this.batch[request] = batch;
    this.row[request] = row;
    this.next[request] = NONE;
    return request;
  }

  /** Frees a request. */
  release(request: number): void {
    this.next[request] = this.#free;
    this.#free = request;
  }

  #grow(): void {
    this.arrivedAt = twice(this.arrivedAt, Float64Array);
    this.enqueuedAt = twice(this.enqueuedAt, Float64Array);
    this.batch = twice(this.batch, Uint16Array);
    this.model = twice(this.model, Uint8Array);
    this.row = twice(this.row, Int32Array);
    this.next = twice(this.next, Int32Array);
  }
}
