// The queue of the dynamic batcher: first come, first served; what has waited too long is refused or goes behind.

import { RequestList } from "./request-list.ts";
import { NONE, type RequestPool } from "./request-pool.ts";
import type { BatcherSettings } from "./scheduler-settings.ts";

/** A batch that could be formed from the queue's beginning. */
export type Candidate = {
  count: number;
  size: number;
  /** The part up to the largest preferred size reached, or up to where the largest preferred one would be exceeded. */
  preferredCount: number;
  preferredSize: number;
  /** The next request does not fit. */
  isFull: boolean;
  /** The next request would exceed the largest preferred size, and no preferred one was reached. */
  exceedsPreferred: boolean;
  oldestAt: number;
  /** When the first of them will have waited too long. */
  expiresAt: number;
};

/** Requests that wait to be batched. */
export class BatcherQueue {
  readonly candidate: Candidate = emptyCandidate();
  /** Refused since they were last fetched. */
  readonly expired = new RequestList();
  readonly #pool: RequestPool;
  readonly #settings: BatcherSettings;
  readonly #waiting = new RequestList();
  readonly #delayed = new RequestList();

  constructor(pool: RequestPool, settings: BatcherSettings) {
    this.#pool = pool;
    this.#settings = settings;
  }

  get count(): number {
    return this.#waiting.count + this.#delayed.count;
  }

  /** Sum of the batch dimensions. */
  get size(): number {
    return this.#waiting.size + this.#delayed.size;
  }

  push(request: number): void {
    this.#waiting.append(this.#pool, request);
  }

  /** Takes the first one out, what is delayed last; `NONE` of nothing. */
  shift(): number {
    const request = this.#waiting.shift(this.#pool);
    return request === NONE ? this.#delayed.shift(this.#pool) : request;
  }

  /**
   * Finds what could join a payload of `payloadSize`, into `candidate`. Requests that it comes across and that have
   * waited too long by `now` leave.
   */
  scan(payloadSize: number, now: number): void {
    const { maxBatch, maxPreferred, isPreferred } = this.#settings;
    const found = reset(this.candidate);
    let previous = NONE;
    let request = this.#unexpiredAfter(NONE, now);
    let inDelayed = false;
    for (;;) {
      if (request === NONE) {
        if (inDelayed) return;
        inDelayed = true;
        request = this.#delayed.head;
        continue;
      }
      const batch = this.#pool.batch[request] ?? 0;
      const together = payloadSize + found.size + batch;
      if (payloadSize + found.count > 0) {
        if (together > maxPreferred && found.preferredSize === 0) {
          found.preferredCount = found.count;
          found.preferredSize = found.size;
          found.exceedsPreferred = true;
        }
        if (together > maxBatch) {
          found.isFull = true;
          return;
        }
      }
      this.#include(request, inDelayed);
      previous = request;
      request = inDelayed ? (this.#pool.next[request] ?? NONE) : this.#unexpiredAfter(previous, now);
      if (isPreferred[together] === 1) {
        found.preferredCount = found.count;
        found.preferredSize = found.size;
      }
    }
  }

  /** Refuses all that have waited too long, as is done now and then while there is no slot; delayed ones never. */
  refuseExpired(now: number): void {
    if (this.#settings.delaysExpired) return;
    let previous = NONE;
    for (;;) {
      previous = this.#unexpiredAfter(previous, now);
      if (previous === NONE) return;
    }
  }

  #include(request: number, inDelayed: boolean): void {
    const found = this.candidate;
    const enqueuedAt = this.#pool.enqueuedAt[request] ?? 0;
    found.count += 1;
    found.size += this.#pool.batch[request] ?? 0;
    found.oldestAt = Math.min(found.oldestAt, enqueuedAt);
    const { timeoutSeconds } = this.#settings;
    if (!inDelayed && timeoutSeconds > 0)
      found.expiresAt = Math.min(found.expiresAt, enqueuedAt + timeoutSeconds);
  }

  /** Returns the next waiting request in time; those before it that are not leave the queue. */
  #unexpiredAfter(previous: number, now: number): number {
    const pool = this.#pool;
    const { timeoutSeconds, delaysExpired } = this.#settings;
    for (;;) {
      const request = previous === NONE ? this.#waiting.head : (pool.next[previous] ?? NONE);
      if (request === NONE || timeoutSeconds === 0) return request;
      const expiresAt = (pool.enqueuedAt[request] ?? 0) + timeoutSeconds;
      if (now <= expiresAt) return request;
      this.#waiting.removeAfter(pool, previous);
      (delaysExpired ? this.#delayed : this.expired).append(pool, request);
    }
  }
}

function emptyCandidate(): Candidate {
  return reset({
    count: 0,
    size: 0,
    preferredCount: 0,
    preferredSize: 0,
    isFull: false,
    exceedsPreferred: false,
    oldestAt: 0,
    expiresAt: 0,
  });
}

function reset(candidate: Candidate): Candidate {
  candidate.count = 0;
  candidate.size = 0;
  candidate.preferredCount = 0;
  candidate.preferredSize = 0;
  candidate.isFull = false;
  candidate.exceedsPreferred = false;
  candidate.oldestAt = Number.POSITIVE_INFINITY;
  candidate.expiresAt = Number.POSITIVE_INFINITY;
  return candidate;
}
