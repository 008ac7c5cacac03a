// What a batcher would take from its queue next, in the plainest code.

import type { Batching, ModelScenario } from "../../src/domain/scenario.ts";
import type { RequestStatus } from "../../src/domain/simulation-result.ts";

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

export type OraclePayload = {
  requests: OracleRequest[];
  taken: boolean;
  startedAt: number;
  finishesAt: number;
  order: number;
};

export type OracleModel = {
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

/** Expired requests at `index` and directly after it leave; with `all`, every expired one after it. */
export function dropExpired(
  model: OracleModel,
  asOf: number,
  { index, all }: { readonly index: number; readonly all: boolean },
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
export function candidate(
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
    dropExpired(model, asOf, { index: pending.length, all: false });
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

/** Returns the sum of the batch dimensions. */
export function rows(requests: readonly OracleRequest[]): number {
  return requests.reduce((sum, { batch }) => sum + batch, 0);
}

/** Returns when the first of them was enqueued. */
export function oldest(requests: readonly OracleRequest[]): number {
  return Math.min(...requests.map(({ enqueuedAt }) => enqueuedAt));
}
