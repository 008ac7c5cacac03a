// The usual Triton server worked out batch by batch, without events: one model, one instance, no delay and no queue
// policy. An execution that ends is followed by one of all that waits, as far as it fits; and then by silence.

import { twice } from "./columns.ts";
import type { ExecutionTimes } from "./execution-time.ts";
import { CounterTotals, type ModelCounters } from "./model-counters.ts";
import type { Arrival, PlaneServer } from "./plane-server.ts";
import type { SchedulerSettings } from "./scheduler-settings.ts";

/** A batch: `count` consecutive places of a ring of arrivals from `first` on; places are taken modulo its length. */
export type ArrivalWindow = {
  /** Of the server. */
  readonly id: number;
  /** Since when the server is ready: requests that arrived before waited elsewhere until then. */
  readonly readyAt: number;
  /** Arrivals at the balancer in seconds, never descending. */
  readonly times: Float64Array;
  readonly rows: Int32Array;
  readonly mask: number;
  readonly first: number;
  readonly count: number;
  /** Sum of the batch dimensions. */
  readonly size: number;
  readonly startedAt: number;
  readonly finishesAt: number;
};

/** Who is told of what became of requests. */
export type BatchOutcomes = {
  readonly keepsRows: boolean;
  /** An execution has ended. */
  executedBatch(batch: ArrivalWindow): void;
  /** Lost with the server. */
  lost(arrivedAt: number, row: number): void;
};

/** Times in seconds. */
export type BatchServerSettings = {
  readonly id: number;
  /** Since when it is ready. */
  readonly readyAt: number;
  readonly maxBatch: number;
  readonly times: ExecutionTimes;
  readonly outcomes: BatchOutcomes;
};

const FIRST_LENGTH = 256;

/** Returns the largest batch of a server that this reckoning holds for, null where it does not. */
export function plainMaxBatch({ instances, batcher }: SchedulerSettings): number | null {
  if (instances !== 1) return null;
  if (batcher === null) return 1;
  const hasOwnPreferred = batcher.isPreferred.indexOf(1) !== batcher.maxBatch;
  return batcher.prefetches && batcher.delaySeconds === 0 && !hasOwnPreferred ? batcher.maxBatch : null;
}

/** It is behind its arrivals until it is advanced: most balancers never look at it. */
export class BatchServer implements PlaneServer, ArrivalWindow {
  readonly id: number;
  readonly readyAt: number;
  times = new Float64Array(FIRST_LENGTH);
  rows = new Int32Array(FIRST_LENGTH);
  mask = FIRST_LENGTH - 1;
  /** The execution under way; without one `count` is 0 and `first` is the first that waits. */
  first = 0;
  count = 0;
  size = 0;
  startedAt = 0;
  finishesAt = Number.NEGATIVE_INFINITY;
  outstanding = 0;
  nextEventAt = Number.POSITIVE_INFINITY;
  /** Batch dimensions, kept from the first on that is not 1. */
  #batches: Uint16Array | null = null;
  readonly #maxBatch: number;
  readonly #execution: ExecutionTimes;
  readonly #outcomes: BatchOutcomes;
  readonly #keepsRows: boolean;
  readonly #totals = new CounterTotals();
  #slowdown = 1;
  #busySeconds = 0;

  constructor({ id, readyAt, maxBatch, times, outcomes }: BatchServerSettings) {
    this.id = id;
    this.readyAt = readyAt;
    this.#maxBatch = maxBatch;
    this.#execution = times;
    this.#outcomes = outcomes;
    this.#keepsRows = outcomes.keepsRows;
  }

  accept(at: number, batch: number, arrival: Arrival): void {
    if (this.outstanding > this.mask) this.#makeRoom(Math.max(at, this.readyAt));
    const place = (this.first + this.outstanding) & this.mask;
    this.times[place] = at;
    if (this.#keepsRows) this.rows[place] = arrival.row;
    if (batch !== 1 || this.#batches !== null) this.#keepBatch(place, batch);
    this.outstanding += 1;
    if (this.count === 0) this.nextEventAt = Math.max(at, this.readyAt);
  }

  advance(until: number): void {
    while (this.nextEventAt <= until) {
      if (this.count > 0) {
        this.#finish();
        const waiting = this.#arrivedBefore(this.finishesAt);
        if (waiting > 0) {
          this.startedAt = this.finishesAt;
          this.#start(waiting);
          continue;
        }
      }
      if (this.outstanding === 0) this.nextEventAt = Number.POSITIVE_INFINITY;
      else {
        this.startedAt = Math.max(this.times[this.first & this.mask] ?? 0, this.readyAt);
        this.#start(1);
      }
    }
  }

  slowDown(factor: number): void {
    this.#slowdown = factor;
  }

  counters(): ModelCounters {
    return this.#totals.read(this.pending());
  }

  busySeconds(now: number): number {
    return this.#busySeconds + (this.count > 0 ? now - this.startedAt : 0);
  }

  pending(): number {
    return this.outstanding - this.count;
  }

  fail(now: number): void {
    this.#busySeconds = this.busySeconds(now);
    for (; this.outstanding > 0; this.outstanding -= 1) {
      const place = this.first & this.mask;
      this.#outcomes.lost(this.times[place] ?? 0, this.rows[place] ?? 0);
      this.first += 1;
    }
    this.count = 0;
    this.nextEventAt = Number.POSITIVE_INFINITY;
  }

  /** Begins an execution at `startedAt`: an argument would be put on the heap, batch for batch. */
  #start(count: number): void {
    const size = this.#batches === null ? count : this.#sizeOf(count, this.#batches);
    this.count = count;
    this.size = size;
    this.finishesAt = this.startedAt + this.#execution.draw(size, 0) * this.#slowdown;
    this.nextEventAt = this.finishesAt;
  }

  #finish(): void {
    const { count, size, startedAt, finishesAt } = this;
    const totals = this.#totals;
    totals.executions += 1;
    totals.successes += count;
    totals.inferences += size;
    totals.executingSeconds += (finishesAt - startedAt) * count;
    totals.queueSeconds += this.#waited();
    this.#busySeconds += finishesAt - startedAt;
    this.#outcomes.executedBatch(this);
    this.first += count;
    this.outstanding -= count;
    this.count = 0;
  }

  /** Seconds that the requests of the execution have waited here. */
  #waited(): number {
    const { times, mask, first, startedAt, readyAt } = this;
    const end = first + this.count;
    let seconds = 0;
    for (let place = first; place < end; place += 1) {
      // A choice between the two would put each on the heap.
      seconds += startedAt - Math.max(times[place & mask] ?? 0, readyAt);
    }
    return seconds;
  }

  /** How many of those that wait are the next batch: what came before an execution's end, as far as it fits. */
  #arrivedBefore(until: number): number {
    const { times, mask, first } = this;
    if (until <= this.readyAt) return 0;
    if (this.#batches !== null) return this.#fittingBefore(until, this.#batches);
    const most = Math.min(this.outstanding, this.#maxBatch);
    let count = 0;
    while (count < most && (times[(first + count) & mask] ?? 0) < until) count += 1;
    return count;
  }

  #fittingBefore(until: number, batches: Uint16Array): number {
    const { times, mask, first } = this;
    let size = 0;
    let count = 0;
    for (let place = first; place < first + this.outstanding; place += 1) {
      size += batches[place & mask] ?? 0;
      if ((times[place & mask] ?? 0) >= until || (count > 0 && size > this.#maxBatch)) return count;
      count += 1;
    }
    return count;
  }

  #sizeOf(count: number, batches: Uint16Array): number {
    let size = 0;
    for (let place = this.first; place < this.first + count; place += 1)
      size += batches[place & this.mask] ?? 0;
    return size;
  }

  #keepBatch(place: number, batch: number): void {
    this.#batches ??= new Uint16Array(this.times.length).fill(1);
    this.#batches[place] = batch;
  }

  /** Answers what is due by `now`; doubles the ring if that freed nothing. */
  #makeRoom(now: number): void {
    this.advance(now);
    if (this.outstanding <= this.mask) return;
    const length = this.times.length;
    this.times = unrolled(twice(this.times, Float64Array), length);
    this.rows = unrolled(twice(this.rows, Int32Array), length);
    if (this.#batches !== null) this.#batches = unrolled(twice(this.#batches, Uint16Array), length);
    this.mask = 2 * length - 1;
  }
}

/** Repeats the first half in the second, so that a place modulo the doubled length holds what it held. */
function unrolled<Column extends Float64Array | Int32Array | Uint16Array>(
  column: Column,
  length: number,
): Column {
  column.copyWithin(length, 0, length);
  return column;
}
