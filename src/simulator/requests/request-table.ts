// Every request of a run with what became of it, in order of arrival.

import type { RequestStatus } from "../../domain/simulation-result.ts";
import { twice } from "../triton/columns.ts";
import type { ArrivalRun } from "./arrival-queue.ts";

/** Statuses by the number under which a table holds them. */
export const REQUEST_STATUSES: readonly RequestStatus[] = [
  "succeeded",
  "rejected",
  "timedOut",
  "failed",
  "unfinished",
];

/** `succeeded`, as a table holds it. */
export const SUCCEEDED = 0;

/** `rejected`: refused at once by a full queue. */
export const REJECTED = 1;

/** `timedOut`: refused after too long a wait. */
export const TIMED_OUT = 2;

/** `failed`: lost with its server. */
export const FAILED = 3;

/** `unfinished`: no outcome so far. */
export const UNFINISHED = 4;

/** Columns of equal length, one request a row; arrivals never descend. */
export type RequestTable = {
  readonly length: number;
  /** Since the scenario's start. */
  readonly arrivalSeconds: Float64Array;
  /** Index of the model in the plane's settings. */
  readonly model: Uint8Array;
  /** −1 = none took it. */
  readonly server: Int32Array;
  /** Batch dimension of the execution that served it; of the request itself where none did. */
  readonly batch: Uint16Array;
  /** Index in `REQUEST_STATUSES`. */
  readonly status: Uint8Array;
  /** NaN where it did not succeed. */
  readonly latencySeconds: Float64Array;
};

const FIRST_CAPACITY = 1024;

/** Writes a table, a row per arrival, and fills in what became of it. */
export class RequestLog {
  #length = 0;
  #arrivalSeconds = new Float64Array(FIRST_CAPACITY);
  #model = new Uint8Array(FIRST_CAPACITY);
  #server = new Int32Array(FIRST_CAPACITY);
  #batch = new Uint16Array(FIRST_CAPACITY);
  #status = new Uint8Array(FIRST_CAPACITY);
  #latencySeconds = new Float64Array(FIRST_CAPACITY);

  /** Adds arrivals, unfinished so far; returns the row of the first. */
  arrived({ model, times, batches, from, to }: ArrivalRun): number {
    const begin = this.#length;
    for (let place = from; place < to; place += 1) {
      const row = this.#length;
      if (row === this.#arrivalSeconds.length) this.#grow();
      this.#length = row + 1;
      this.#arrivalSeconds[row] = times[place] ?? 0;
      this.#model[row] = model;
      this.#server[row] = -1;
      this.#batch[row] = batches[place] ?? 1;
      this.#status[row] = UNFINISHED;
      this.#latencySeconds[row] = Number.NaN;
    }
    return begin;
  }

  /** Notes which server has taken a request. */
  taken(row: number, server: number): void {
    this.#server[row] = server;
  }

  /** Notes that a request ended without an answer. */
  ended(row: number, status: number): void {
    this.#status[row] = status;
  }

  /** Notes an answer. */
  answered(row: number, batch: number, latencySeconds: number): void {
    this.#status[row] = SUCCEEDED;
    this.#batch[row] = batch;
    this.#latencySeconds[row] = latencySeconds;
  }

  /** Returns what is written so far; views, not copies. */
  table(): RequestTable {
    const length = this.#length;
    return {
      length,
      arrivalSeconds: this.#arrivalSeconds.subarray(0, length),
      model: this.#model.subarray(0, length),
      server: this.#server.subarray(0, length),
      batch: this.#batch.subarray(0, length),
      status: this.#status.subarray(0, length),
      latencySeconds: this.#latencySeconds.subarray(0, length),
    };
  }

  #grow(): void {
    this.#arrivalSeconds = twice(this.#arrivalSeconds, Float64Array);
    this.#model = twice(this.#model, Uint8Array);
    this.#server = twice(this.#server, Int32Array);
    this.#batch = twice(this.#batch, Uint16Array);
    this.#status = twice(this.#status, Uint8Array);
    this.#latencySeconds = twice(this.#latencySeconds, Float64Array);
  }
}
