// Triton's dynamic batcher for one model on one server: when it looks at its queue, and what it then sends.

import { BatcherQueue } from "./batcher-queue.ts";
import type { Instances } from "./instances.ts";
import type { Payload, PayloadPool } from "./payload.ts";
import { NONE, type RequestPool } from "./request-pool.ts";
import type { BatcherSettings } from "./scheduler-settings.ts";

/** So often Triton looks again when nothing wakes it. */
const LOOK_SECONDS = 0.5;
/** A delay or time limit that ends with an arrival ends before it, however their sums are rounded. */
const TIE_SECONDS = 1e-9;

/** What a batcher works with. */
export type BatcherHost = {
  readonly model: number;
  readonly requests: RequestPool;
  readonly payloads: PayloadPool;
  readonly instances: Instances;
  /** A request has waited too long and is refused. */
  readonly timedOut: (request: number, now: number) => void;
};

/** Behaves as Triton's batcher thread does, in no time: to the rules belongs also when it sleeps. */
export class Batcher {
  /** When it looks again by itself; infinity = only when woken. */
  wakesAt = Number.POSITIVE_INFINITY;
  /** Whether requests wait until an instance is free; without queue policies batches are formed ahead instead. */
  awaitsSlot = false;
  readonly queue: BatcherQueue;
  readonly #settings: BatcherSettings;
  readonly #host: BatcherHost;
  /** Where requests go next; null = a new one, which none has joined yet. */
  #current: Payload | null = null;
  /** Whether nothing more may join the current payload. */
  #isClosed = false;
  /** While fewer wait, arrivals do not wake it. */
  #wakingSize = 0;
  #idleSince = 0;

  constructor(settings: BatcherSettings, host: BatcherHost) {
    this.#settings = settings;
    this.#host = host;
    this.queue = new BatcherQueue(host.requests, settings);
  }

  /** Takes a request in. Returns whether there was room. */
  arrive(request: number, now: number): boolean {
    const { maxQueueSize, prefetches } = this.#settings;
    if (maxQueueSize > 0 && this.queue.count >= maxQueueSize) return false;
    this.queue.push(request);
    if (this.#hasSlot() && (this.#isStale() || this.queue.size >= this.#wakingSize)) this.look(now);
    else if (this.wakesAt === Number.POSITIVE_INFINITY) {
      if (prefetches) this.wakesAt = this.#nextIdleLook(now);
      else this.#awaitSlot(now);
    }
    return true;
  }

  /** Its own time to look has come. */
  wake(now: number): void {
    if (!this.awaitsSlot || this.#hasSlot()) {
      this.look(now, now + 2 * TIE_SECONDS);
      return;
    }
    this.queue.refuseExpired(now);
    this.#refuse(now);
    this.wakesAt = this.queue.count === 0 ? Number.POSITIVE_INFINITY : now + LOOK_SECONDS;
    this.awaitsSlot = this.queue.count > 0;
  }

  /**
   * Sends what is to be sent now: after an arrival, whenever an instance takes a batch, and when one ends. Delays and
   * time limits are over that end by `asOf`.
   */
  look(now: number, asOf = now): void {
    for (;;) {
      if (this.#isStale()) this.#renew();
      if (this.queue.count === 0) {
        this.#idleSince = now;
        this.#sleep(Number.POSITIVE_INFINITY);
        return;
      }
      if (!this.#hasSlot()) {
        if (this.#settings.prefetches) this.#sleep(Number.POSITIVE_INFINITY);
        else this.#awaitSlot(now);
        return;
      }
      const until = this.#build(now, asOf);
      this.#sleep(until);
      if (until !== Number.POSITIVE_INFINITY) return;
    }
  }

  /** Returns until when to wait, infinity where it has sent something or closed the payload. */
  #build(now: number, asOf: number): number {
    const { delaySeconds, maxPreferred, isPreferred } = this.#settings;
    const already = this.#current?.requests.size ?? 0;
    this.queue.scan(already, asOf);
    this.#refuse(now);
    const found = this.queue.candidate;
    if (found.exceedsPreferred) this.#isClosed = true;
    const isOverdue = delaySeconds > 0 && asOf >= found.oldestAt + delaySeconds;
    if (found.preferredSize > 0 && !isOverdue) {
      if (delaySeconds === 0) this.#isClosed = true;
      return this.#send(found.preferredCount, now);
    }
    if (found.count === 0) return Number.POSITIVE_INFINITY;
    if (found.isFull || already + found.size >= maxPreferred) {
      this.#isClosed = true;
      return this.#send(found.count, now);
    }
    if (isOverdue || delaySeconds === 0) return this.#send(found.count, now);
    this.#wakingSize = this.#preferredAbove(already + found.size) - already;
    if (!this.#isClosed && already > 0 && isPreferred[already] !== 1) return this.#send(found.count, now);
    return Math.max(now, Math.min(found.oldestAt + delaySeconds, found.expiresAt) - TIE_SECONDS);
  }

  /** Moves the first `count` requests to the current payload; a new one goes to the instances. */
  #send(count: number, now: number): number {
    const { requests, payloads, instances, model } = this.#host;
    const payload = this.#current ?? payloads.take(model);
    const isNew = this.#current === null;
    this.#current = payload;
    for (let taken = 0; taken < count; taken += 1) {
      const request = this.queue.shift();
      payload.oldestAt = Math.min(payload.oldestAt, requests.enqueuedAt[request] ?? 0);
      payload.requests.append(requests, request);
    }
    if (isNew) instances.push(payload, now);
    return Number.POSITIVE_INFINITY;
  }

  #refuse(now: number): void {
    const { requests, timedOut } = this.#host;
    const { expired } = this.queue;
    for (let request = expired.shift(requests); request !== NONE; request = expired.shift(requests)) {
      timedOut(request, now);
    }
  }

  #hasSlot(): boolean {
    const { instances } = this.#host;
    return this.#settings.prefetches
      ? instances.waiting.length < 2 * this.#settings.instances
      : instances.idle > 0;
  }

  #isStale(): boolean {
    return this.#isClosed || this.#current?.isTaken === true;
  }

  #renew(): void {
    this.#current = null;
    this.#isClosed = false;
    this.#wakingSize = 0;
  }

  #sleep(until: number): void {
    this.awaitsSlot = false;
    this.wakesAt = until;
  }

  #awaitSlot(now: number): void {
    if (this.awaitsSlot) return;
    this.awaitsSlot = true;
    this.wakesAt = now + LOOK_SECONDS;
  }

  /** While its queue is empty it looks every half second. */
  #nextIdleLook(now: number): number {
    return this.#idleSince + LOOK_SECONDS * (Math.floor((now - this.#idleSince) / LOOK_SECONDS) + 1);
  }

  #preferredAbove(size: number): number {
    const { isPreferred } = this.#settings;
    for (let larger = size + 1; larger < isPreferred.length; larger += 1) {
      if (isPreferred[larger] === 1) return larger;
    }
    return isPreferred.indexOf(1);
  }
}
