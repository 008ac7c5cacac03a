// A batch on its way: growing, in the instances' queue, executing.

import { RequestList } from "./request-list.ts";

/** Payloads are used again; times are seconds since the scenario's start. */
export class Payload {
  readonly requests = new RequestList();
  model = 0;
  /** The earliest enqueued of its requests. */
  oldestAt = Number.POSITIVE_INFINITY;
  /** Nothing joins it any more: executing, or marked so by an instance that could not take it along. */
  isTaken = false;
  startedAt = 0;
  finishesAt = 0;
  /** Executions in the order of their start. */
  sequence = 0;
  behind: Payload | null = null;
}

/** Hands out payloads and takes them back. */
export class PayloadPool {
  #free: Payload | null = null;

  /** Returns an empty payload. */
  take(model: number): Payload {
    const payload = this.#free ?? new Payload();
    this.#free = payload.behind;
    payload.behind = null;
    payload.model = model;
    payload.oldestAt = Number.POSITIVE_INFINITY;
    payload.isTaken = false;
    return payload;
  }

  /** Takes back a payload whose requests are gone. */
  release(payload: Payload): void {
    payload.behind = this.#free;
    this.#free = payload;
  }
}

/** Payloads in their order. */
export class PayloadQueue {
  front: Payload | null = null;
  length = 0;
  #back: Payload | null = null;

  push(payload: Payload): void {
    payload.behind = null;
    if (this.#back === null) this.front = payload;
    else this.#back.behind = payload;
    this.#back = payload;
    this.length += 1;
  }

  shift(): Payload | null {
    const payload = this.front;
    if (payload === null) return null;
    this.front = payload.behind;
    if (this.front === null) this.#back = null;
    payload.behind = null;
    this.length -= 1;
    return payload;
  }
}
