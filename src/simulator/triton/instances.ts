// The instances of one model on one server, and the batches that wait for one of them.

import { type Payload, type PayloadPool, PayloadQueue } from "./payload.ts";
import type { RequestPool } from "./request-pool.ts";
import type { SchedulerSettings } from "./scheduler-settings.ts";

/** What instances need from the server that they are on. */
export type InstancesHost = {
  readonly requests: RequestPool;
  readonly payloads: PayloadPool;
  /** Begins an execution. */
  readonly execute: (payload: Payload, now: number) => void;
};

/** Any free instance takes the batch at the head. */
export class Instances {
  readonly waiting = new PayloadQueue();
  idle: number;
  readonly #host: InstancesHost;
  readonly #delaySeconds: number;
  readonly #maxBatch: number;

  constructor({ instances, batcher }: SchedulerSettings, host: InstancesHost) {
    this.idle = instances;
    this.#host = host;
    this.#delaySeconds = batcher?.delaySeconds ?? 0;
    this.#maxBatch = batcher?.maxBatch ?? 1;
  }

  /** Adds a batch behind the others; a free instance takes it at once. */
  push(payload: Payload, now: number): void {
    this.waiting.push(payload);
    this.startNext(now);
  }

  /** Starts the batch at the head, if there is one and an instance is free. Returns whether it did. */
  startNext(now: number): boolean {
    if (this.idle === 0) return false;
    const payload = this.waiting.shift();
    if (payload === null) return false;
    payload.isTaken = true;
    if (this.#delaySeconds > 0 && this.#maxBatch > 1) this.#takeAlong(payload, now);
    this.idle -= 1;
    this.#host.execute(payload, now);
    return true;
  }

  /**
   * Takes along the next batches that are overdue, as far as they fit. The first that does not fit has been marked as
   * taken by then and can no longer grow: so Triton does it.
   */
  #takeAlong(payload: Payload, now: number): void {
    for (;;) {
      const next = this.waiting.front;
      if (next === null || now <= next.oldestAt + this.#delaySeconds) return;
      next.isTaken = true;
      if (payload.requests.size + next.requests.size > this.#maxBatch) return;
      this.waiting.shift();
      payload.requests.takeAll(this.#host.requests, next.requests);
      payload.oldestAt = Math.min(payload.oldestAt, next.oldestAt);
      this.#host.payloads.release(next);
    }
  }
}
