// One Triton server in the plainest code: arrays of objects, everything looked through again at every event.

import type { Batching, ModelScenario } from "../../src/domain/scenario.ts";
import type { RandomStream } from "../../src/simulator/random/random-stream.ts";
import { meanExecutionSeconds } from "../../src/simulator/triton/execution-time.ts";
import {
  candidate,
  dropExpired,
  type OracleModel,
  type OraclePayload,
  type OracleRequest,
  oldest,
  rows,
} from "./oracle-batch.ts";

const TIE = 1e-9;
const LOOK = 0.5;

export class OracleServer {
  readonly id: number;
  readonly models: OracleModel[];
  readonly #random: RandomStream;
  #order = 0;

  constructor(id: number, scenarios: readonly ModelScenario[], random: RandomStream) {
    this.id = id;
    this.#random = random;
    this.models = scenarios.map((scenario) => modelOf(scenario));
  }

  get requests(): OracleRequest[] {
    return this.models.flatMap((model) => [
      ...model.queue,
      ...model.delayed,
      ...[...model.waiting, ...model.executing].flatMap(({ requests }) => requests),
    ]);
  }

  nextEventAt(): number {
    const finishes = this.models.flatMap(({ executing }) => executing.map(({ finishesAt }) => finishesAt));
    return Math.min(Number.POSITIVE_INFINITY, ...finishes, ...this.models.map(wakesAt));
  }

  /** Everything of one instant but arrivals. */
  step(now: number): void {
    const ended = this.models.filter((model) => {
      const done = model.executing.filter(({ finishesAt }) => finishesAt <= now);
      model.executing = model.executing.filter(({ finishesAt }) => finishesAt > now);
      model.idle += done.length;
      for (const payload of done) for (const request of payload.requests) finish(request, payload);
      return done.length > 0;
    });
    for (const model of ended) {
      while (this.#start(model, now)) this.#look(model, now, now);
      this.#look(model, now, now);
    }
    for (const model of this.models) if (wakesAt(model) <= now) this.#wake(model, now);
  }

  arrive(request: OracleRequest, now: number): void {
    const model = this.models[request.model];
    if (model === undefined) throw new Error("no such model");
    request.server = this.id;
    request.enqueuedAt = now;
    const { batching } = model;
    if (batching === null) {
      model.waiting.push(payloadOf([request]));
      this.#start(model, now);
      return;
    }
    if (batching.maxQueueSize > 0 && model.queue.length + model.delayed.length >= batching.maxQueueSize) {
      request.status = "rejected";
      return;
    }
    model.queue.push(request);
    if (hasSlot(model) && (isStale(model) || rows([...model.queue, ...model.delayed]) >= model.wakingSize)) {
      this.#look(model, now, now);
    } else if (!hasSlot(model) && !prefetches(batching) && model.sleep.kind === "idle") {
      model.sleep = { kind: "slot", since: now };
    }
  }

  fail(): void {
    for (const request of this.requests) request.status = "failed";
    this.models.length = 0;
  }

  #wake(model: OracleModel, now: number): void {
    if (model.sleep.kind !== "slot") {
      this.#look(model, now, now + 2 * TIE);
      return;
    }
    if (model.batching?.timeoutAction === "reject") dropExpired(model, now, { index: 0, all: true });
    model.sleep =
      model.queue.length + model.delayed.length > 0
        ? { kind: "slot", since: now }
        : { kind: "idle", since: now };
  }

  #look(model: OracleModel, now: number, asOf: number): void {
    const { batching } = model;
    if (batching === null) return;
    for (;;) {
      if (isStale(model)) {
        model.current = null;
        model.closed = false;
        model.wakingSize = 0;
      }
      if (model.queue.length + model.delayed.length === 0) {
        model.sleep = { kind: "idle", since: now };
        return;
      }
      if (!hasSlot(model)) {
        if (prefetches(batching)) model.sleep = { kind: "slot", since: null };
        else if (model.sleep.kind !== "slot") model.sleep = { kind: "slot", since: now };
        return;
      }
      const { take, until } = candidate(model, batching, asOf);
      if (until !== null) {
        model.sleep = { kind: "until", at: Math.max(now, until - TIE) };
        return;
      }
      model.sleep = { kind: "until", at: Number.POSITIVE_INFINITY };
      this.#send(model, take, now);
    }
  }

  #send(model: OracleModel, count: number, now: number): void {
    const all = [...model.queue, ...model.delayed];
    const taken = all.slice(0, count);
    model.queue = model.queue.slice(count);
    model.delayed = model.delayed.filter((request) => !taken.includes(request));
    if (count === 0) return;
    if (model.current !== null) {
      model.current.requests.push(...taken);
      return;
    }
    model.current = payloadOf(taken);
    model.waiting.push(model.current);
    this.#start(model, now);
  }

  #start(model: OracleModel, now: number): boolean {
    const payload = model.idle > 0 ? model.waiting.shift() : undefined;
    if (payload === undefined) return false;
    payload.taken = true;
    const delay = model.batching?.maxQueueDelaySeconds ?? 0;
    if (model.batching !== null && delay > 0 && model.batching.maxBatchSize > 1) {
      for (let next = model.waiting[0]; next !== undefined; next = model.waiting[0]) {
        if (now <= oldest(next.requests) + delay) break;
        next.taken = true;
        if (rows(payload.requests) + rows(next.requests) > model.batching.maxBatchSize) break;
        payload.requests.push(...next.requests);
        model.waiting.shift();
      }
    }
    const others = this.models.reduce((sum, { executing }) => sum + executing.length, 0);
    const { service } = model.scenario;
    const alone = meanExecutionSeconds(service, rows(payload.requests));
    const crowded = others === 0 ? alone : alone * (1 + (service.gpuContention - 1) * others);
    payload.startedAt = now;
    payload.finishesAt = now + crowded * this.#spread(service.spread) * model.slowdown;
    payload.order = this.#order;
    this.#order += 1;
    model.idle -= 1;
    model.executing.push(payload);
    return true;
  }

  #spread(cv: number): number {
    if (cv === 0) return 1;
    const sigma = Math.sqrt(Math.log(1 + cv * cv));
    return Math.exp(sigma * this.#random.normal() - (sigma * sigma) / 2);
  }
}

function modelOf(scenario: ModelScenario): OracleModel {
  const { scheduler } = scenario;
  const batching =
    scheduler.kind === "batcher" && scheduler.batching.maxBatchSize > 0 ? scheduler.batching : null;
  return {
    scenario,
    batching,
    queue: [],
    delayed: [],
    waiting: [],
    executing: [],
    idle: scheduler.kind === "engine" ? scheduler.maxConcurrency : scheduler.batching.instances,
    slowdown: 1,
    current: null,
    closed: false,
    wakingSize: 0,
    sleep: { kind: "idle", since: 0 },
  };
}

function payloadOf(requests: OracleRequest[]): OraclePayload {
  return { requests, taken: false, startedAt: 0, finishesAt: Number.POSITIVE_INFINITY, order: 0 };
}

function finish(request: OracleRequest, { requests, startedAt, finishesAt }: OraclePayload): void {
  request.status = "succeeded";
  request.startedAt = startedAt;
  request.finishedAt = finishesAt;
  request.executedBatch = rows(requests);
}

function prefetches({ maxQueueSize, queueTimeoutSeconds }: Batching): boolean {
  return maxQueueSize === 0 && queueTimeoutSeconds === 0;
}

function hasSlot({ batching, waiting, idle }: OracleModel): boolean {
  return batching !== null && prefetches(batching) ? waiting.length < 2 * batching.instances : idle > 0;
}

function isStale({ closed, current }: OracleModel): boolean {
  return closed || (current !== null && current.taken);
}

/** When the batcher looks by itself; the idle look only matters when something waits. */
function wakesAt({ sleep, queue, delayed }: OracleModel): number {
  if (sleep.kind === "until") return sleep.at;
  if (sleep.kind === "slot") return sleep.since === null ? Number.POSITIVE_INFINITY : sleep.since + LOOK;
  if (queue.length + delayed.length === 0) return Number.POSITIVE_INFINITY;
  const newest = Math.max(...queue.map(({ enqueuedAt }) => enqueuedAt));
  const first = queue[0]?.enqueuedAt ?? newest;
  return sleep.since + LOOK * (Math.floor((first - sleep.since) / LOOK) + 1);
}
