// One Triton server in the plainest code: arrays of objects, everything looked through again at every event.

import type { Batching, ModelScenario } from "../../src/domain/scenario.ts";
import type { RequestStatus } from "../../src/domain/simulation-result.ts";
import type { RandomStream } from "../../src/simulator/random/random-stream.ts";
import { meanExecutionSeconds } from "../../src/simulator/triton/execution-time.ts";

export type OracleRequest = {
  readonly at: number;
  readonly model: number;
  readonly batch: number;
  server: number;
  enqueuedAt: number;
  startedAt: number;
  finishedAt: number;
  executedBatch: number;
  status: RequestStatus;
};

type OraclePayload = {
  requests: OracleRequest[];
  taken: boolean;
  startedAt: number;
  finishesAt: number;
  order: number;
};

type OracleModel = {
  readonly scenario: ModelScenario;
  readonly batching: Batching | null;
  queue: OracleRequest[];
  delayed: OracleRequest[];
  waiting: OraclePayload[];
  executing: OraclePayload[];
  idle: number;
  slowdown: number;
  current: OraclePayload | null;
  closed: boolean;
  wakingSize: number;
  sleep:
    | { kind: "idle"; since: number }
    | { kind: "until"; at: number }
    | { kind: "slot"; since: number | null };
};

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
    if (model.batching?.timeoutAction === "reject") dropExpired(model, 0, now, { all: true });
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

function rows(requests: readonly OracleRequest[]): number {
  return requests.reduce((sum, { batch }) => sum + batch, 0);
}

function oldest(requests: readonly OracleRequest[]): number {
  return Math.min(...requests.map(({ enqueuedAt }) => enqueuedAt));
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

/** Expired requests at `index` and directly after it leave; with `all`, every expired one after it. */
function dropExpired(
  model: OracleModel,
  index: number,
  asOf: number,
  { all }: { readonly all: boolean },
): void {
  const timeout = model.batching?.queueTimeoutSeconds ?? 0;
  if (timeout === 0) return;
  for (let place = index; place < model.queue.length; ) {
    const request = model.queue[place];
    if (request === undefined) return;
    if (asOf <= request.enqueuedAt + timeout) {
      if (!all) return;
      place += 1;
      continue;
    }
    model.queue.splice(place, 1);
    if (model.batching?.timeoutAction === "delay") model.delayed.push(request);
    else request.status = "timedOut";
  }
}

/** How many to take now, or until when to wait. */
function candidate(
  model: OracleModel,
  batching: Batching,
  asOf: number,
): { readonly take: number; readonly until: number | null } {
  const preferred =
    batching.preferredBatchSizes.length > 0 ? batching.preferredBatchSizes : [batching.maxBatchSize];
  const largest = Math.max(...preferred);
  const already = rows(model.current?.requests ?? []);
  const delay = batching.maxQueueDelaySeconds;
  const pending: OracleRequest[] = [];
  let best: readonly OracleRequest[] = [];
  let full = false;
  for (;;) {
    dropExpired(model, pending.length, asOf, { all: false });
    const next = [...model.queue, ...model.delayed][pending.length];
    if (next === undefined) break;
    const size = already + rows(pending) + next.batch;
    if (already + pending.length > 0 && size > largest && best.length === 0) {
      best = [...pending];
      model.closed = true;
    }
    if (already + pending.length > 0 && size > batching.maxBatchSize) {
      full = true;
      break;
    }
    pending.push(next);
    if (preferred.includes(size)) best = [...pending];
  }
  const overdue = delay > 0 && asOf >= oldest(pending) + delay;
  if (best.length > 0 && !overdue) {
    if (delay === 0) model.closed = true;
    return { take: best.length, until: null };
  }
  if (pending.length === 0) return { take: 0, until: null };
  const total = already + rows(pending);
  if (full || total >= largest) {
    model.closed = true;
    return { take: pending.length, until: null };
  }
  if (overdue || delay === 0) return { take: pending.length, until: null };
  model.wakingSize = Math.min(...preferred.filter((size) => size > total)) - already;
  if (!model.closed && already > 0 && !preferred.includes(already))
    return { take: pending.length, until: null };
  const undelayed = pending.filter(
    (request) => model.queue.includes(request) && batching.queueTimeoutSeconds > 0,
  );
  const expiries = undelayed.map(({ enqueuedAt }) => enqueuedAt + batching.queueTimeoutSeconds);
  return { take: 0, until: Math.min(oldest(pending) + delay, ...expiries) };
}
