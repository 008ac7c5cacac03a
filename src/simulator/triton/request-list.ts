// A list of requests in their order, through the pool's `next` column.

import { NONE, type RequestPool } from "./request-pool.ts";

/** `size` is the sum of the batch dimensions. */
export class RequestList {
  head = NONE;
  tail = NONE;
  count = 0;
  size = 0;

  /** Adds a request at the end. */
  append(pool: RequestPool, request: number): void {
    pool.next[request] = NONE;
    if (this.tail === NONE) this.head = request;
    else pool.next[this.tail] = request;
    this.tail = request;
    this.count += 1;
    this.size += pool.batch[request] ?? 0;
  }

  /** Takes the first request out and returns it, `NONE` of an empty list. */
  shift(pool: RequestPool): number {
    return this.head === NONE ? NONE : this.removeAfter(pool, NONE);
  }

  /** Takes out the request after `previous` (`NONE` = the first one), which must be there, and returns it. */
  removeAfter(pool: RequestPool, previous: number): number {
    const request = previous === NONE ? this.head : (pool.next[previous] ?? NONE);
    const after = pool.next[request] ?? NONE;
    if (previous === NONE) this.head = after;
    else pool.next[previous] = after;
    if (after === NONE) this.tail = previous;
    this.count -= 1;
    this.size -= pool.batch[request] ?? 0;
    return request;
  }

  /** Moves all requests of another list to this one's end. */
  takeAll(pool: RequestPool, other: RequestList): void {
    for (let request = other.shift(pool); request !== NONE; request = other.shift(pool))
      this.append(pool, request);
  }
}
