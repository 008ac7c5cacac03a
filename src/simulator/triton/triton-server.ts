// One Triton server with its models, event by event: exact for every setting.

import { Batcher } from "./batcher.ts";
import { ExecutionHeap } from "./execution-heap.ts";
import type { ExecutionTimes } from "./execution-time.ts";
import { Instances } from "./instances.ts";
import { CounterTotals, type ModelCounters } from "./model-counters.ts";
import { type Payload, PayloadPool } from "./payload.ts";
import type { Arrival, PlaneServer } from "./plane-server.ts";
import { NONE, type RequestPool } from "./request-pool.ts";
import type { SchedulerSettings } from "./scheduler-settings.ts";

/** What became of requests; called in the order of events on one server. All requests are freed by the callee. */
export type ServerOutcomes = {
  executed(server: number, payload: Payload): void;
  /** Refused at once: the queue is full. */
  rejected(request: number): void;
  /** Refused after too long a wait. */
  timedOut(request: number): void;
  /** Lost with the server. */
  failed(request: number): void;
};

/** A model as a server serves it. */
export type ServedModel = {
  readonly scheduler: SchedulerSettings;
  readonly times: ExecutionTimes;
};

/** `requests` may be shared with other servers. */
export type TritonServerSettings = {
  readonly id: number;
  /** Since when it is ready, in seconds. */
  readonly readyAt: number;
  readonly models: readonly ServedModel[];
  readonly requests: RequestPool;
  readonly outcomes: ServerOutcomes;
  /** Whether the end of an execution fails to wake a batcher that waits for a free instance; null = never. */
  readonly missesWake: (() => boolean) | null;
};

type ModelState = {
  readonly times: ExecutionTimes;
  readonly batcher: Batcher | null;
  readonly instances: Instances;
  readonly totals: CounterTotals;
  pending: number;
  slowdown: number;
  hasFinished: boolean;
};

/** Works out every event; for all that batch by batch is not enough. */
export class TritonServer implements PlaneServer {
  outstanding = 0;
  nextEventAt = Number.POSITIVE_INFINITY;
  readonly id: number;
  readonly #readyAt: number;
  readonly #requests: RequestPool;
  readonly #payloads = new PayloadPool();
  readonly #outcomes: ServerOutcomes;
  readonly #models: readonly ModelState[];
  readonly #missesWake: (() => boolean) | null;
  readonly #executions = new ExecutionHeap();
  #sequence = 0;
  #busySeconds = 0;
  #busySince = 0;

  constructor({ id, readyAt, models, requests, outcomes, missesWake }: TritonServerSettings) {
    this.id = id;
    this.#readyAt = readyAt;
    this.#missesWake = missesWake;
    this.#requests = requests;
    this.#outcomes = outcomes;
    this.#models = models.map((model, index) => this.#modelState(model, index));
  }

  advance(until: number): void {
    while (this.nextEventAt <= until) this.#step(this.nextEventAt);
  }

  accept(at: number, batch: number, arrival: Arrival): void {
    const now = Math.max(at, this.#readyAt);
    this.advance(now);
    const model = this.#models[arrival.model];
    if (model === undefined) return;
    const request = this.#requests.take({
      arrivedAt: at,
      enqueuedAt: now,
      batch,
      model: arrival.model,
      row: arrival.row,
    });
    this.outstanding += 1;
    model.pending += 1;
    if (model.batcher === null) this.#executeAlone(model, request, now);
    else if (!model.batcher.arrive(request, now)) {
      this.#leaves(model);
      this.#outcomes.rejected(request);
    }
    this.#schedule();
  }

  slowDown(factor: number, model: number): void {
    const state = this.#models[model];
    if (state !== undefined) state.slowdown = factor;
  }

  counters(model: number): ModelCounters {
    const state = this.#models[model];
    return state === undefined ? new CounterTotals().read(0) : state.totals.read(state.pending);
  }

  busySeconds(now: number): number {
    return this.#busySeconds + (this.#executions.size > 0 ? now - this.#busySince : 0);
  }

  pending(): number {
    return this.#models.reduce((sum, { pending }) => sum + pending, 0);
  }

  fail(now: number): void {
    this.#busySeconds = this.busySeconds(now);
    for (const { batcher, instances } of this.#models) {
      for (let next = instances.waiting.shift(); next !== null; next = instances.waiting.shift())
        this.#failAll(next);
      if (batcher === null) continue;
      for (let next = batcher.queue.shift(); next !== NONE; next = batcher.queue.shift())
        this.#outcomes.failed(next);
    }
    for (let next = this.#executions.pop(); next !== undefined; next = this.#executions.pop())
      this.#failAll(next);
    for (const model of this.#models) model.pending = 0;
    this.outstanding = 0;
    this.nextEventAt = Number.POSITIVE_INFINITY;
  }

  #modelState({ scheduler, times }: ServedModel, model: number): ModelState {
    const host = { requests: this.#requests, payloads: this.#payloads };
    const instances = new Instances(scheduler, {
      ...host,
      execute: (payload, now) => this.#execute(payload, now),
    });
    const timedOut = (request: number): void => this.#timedOut(model, request);
    const batcher =
      scheduler.batcher === null
        ? null
        : new Batcher(scheduler.batcher, { ...host, model, instances, timedOut });
    return {
      times,
      batcher,
      instances,
      totals: new CounterTotals(),
      pending: 0,
      slowdown: 1,
      hasFinished: false,
    };
  }

  /** One instant: executions end, free instances start the next, batchers look. */
  #step(now: number): void {
    while (this.#executions.firstFinish <= now) this.#finish(this.#executions.pop());
    for (const model of this.#models) if (model.hasFinished) this.#goOn(model, now);
    for (const { batcher } of this.#models) if (batcher !== null && batcher.wakesAt <= now) batcher.wake(now);
    this.#schedule();
  }

  #goOn(model: ModelState, now: number): void {
    model.hasFinished = false;
    const { instances, batcher } = model;
    if (batcher?.awaitsSlot === true && this.#missesWake?.() === true) return;
    while (instances.startNext(now)) batcher?.look(now);
    batcher?.look(now);
  }

  #executeAlone({ instances }: ModelState, request: number, now: number): void {
    const payload = this.#payloads.take(this.#requests.model[request] ?? 0);
    payload.requests.append(this.#requests, request);
    instances.push(payload, now);
  }

  #execute(payload: Payload, now: number): void {
    const model = this.#models[payload.model];
    if (model === undefined) return;
    if (this.#executions.size === 0) this.#busySince = now;
    const seconds = model.times.draw(payload.requests.size, this.#executions.size) * model.slowdown;
    model.pending -= payload.requests.count;
    payload.startedAt = now;
    payload.finishesAt = now + seconds;
    payload.sequence = this.#sequence;
    this.#sequence += 1;
    this.#executions.push(payload);
  }

  #finish(payload: Payload | undefined): void {
    const model = payload === undefined ? undefined : this.#models[payload.model];
    if (payload === undefined || model === undefined) return;
    const { totals } = model;
    const { count, size } = payload.requests;
    if (this.#executions.size === 0) this.#busySeconds += payload.finishesAt - this.#busySince;
    totals.executions += 1;
    totals.successes += count;
    totals.inferences += size;
    totals.executingSeconds += (payload.finishesAt - payload.startedAt) * count;
    totals.queueSeconds += this.#waited(payload);
    this.outstanding -= count;
    model.instances.idle += 1;
    model.hasFinished = true;
    this.#outcomes.executed(this.id, payload);
    this.#payloads.release(payload);
  }

  #waited({ requests, startedAt }: Payload): number {
    const { enqueuedAt, next } = this.#requests;
    let seconds = 0;
    for (let request = requests.head; request !== NONE; request = next[request] ?? NONE) {
      seconds += startedAt - (enqueuedAt[request] ?? 0);
    }
    return seconds;
  }

  #timedOut(index: number, request: number): void {
    const model = this.#models[index];
    if (model === undefined) return;
    model.totals.rejections += 1;
    this.#leaves(model);
    this.#outcomes.timedOut(request);
  }

  #leaves(model: ModelState): void {
    model.pending -= 1;
    this.outstanding -= 1;
  }

  #failAll({ requests }: Payload): void {
    for (let next = requests.shift(this.#requests); next !== NONE; next = requests.shift(this.#requests)) {
      this.#outcomes.failed(next);
    }
  }

  #schedule(): void {
    let at = this.#executions.firstFinish;
    for (const { batcher } of this.#models)
      if (batcher !== null && batcher.wakesAt < at) at = batcher.wakesAt;
    this.nextEventAt = at;
  }
}
