// A closed loop around the simulator's Triton server: so many clients, each with one request on its way, as perf_analyzer
// measures.

import type { ServiceTime } from "../../src/domain/scenario.ts";
import { randomStream } from "../../src/simulator/random/random-stream.ts";
import { ExecutionTimes } from "../../src/simulator/triton/execution-time.ts";
import type { Payload } from "../../src/simulator/triton/payload.ts";
import { NONE, RequestPool } from "../../src/simulator/triton/request-pool.ts";
import { schedulerSettings } from "../../src/simulator/triton/scheduler-settings.ts";
import { TritonServer } from "../../src/simulator/triton/triton-server.ts";

/** What serves and who asks. All requests are equally large: batch sizes count requests. */
export type LoopSetup = {
  readonly service: ServiceTime;
  readonly maxBatchSize: number;
  readonly instances: number;
  /** Whether a batch that waits for an instance takes in what arrives meanwhile, as releases from 24.10 on do. */
  readonly waitingBatchesGrow: boolean;
  /** Answers leave through one front end, one after another; the client then takes `service.overheadSeconds`. */
  readonly frontEndSeconds: number;
};

export type LoopFigures = { readonly requestsPerSecond: number; readonly latencySeconds: number };

const SEED = 1;
/** The loop swings in for so many rounds of all clients, and is measured for as many more; and for some time at least. */
const ROUNDS_BEFORE = 4;
const ROUNDS_MEASURED = 10;
const REQUESTS_MIN = 400;
/** Clients start one after another. */
const START_GAP_SECONDS = 1e-6;

/** Returns the throughput and mean latency that so many clients see. */
export function playClosedLoop(setup: LoopSetup, clients: number): LoopFigures {
  const loop = new ClosedLoop(setup, clients);
  const before = ROUNDS_BEFORE * clients;
  const first = loop.answer(before);
  const measured = Math.max(ROUNDS_MEASURED * clients, REQUESTS_MIN);
  const last = loop.answer(before + measured);
  return {
    requestsPerSecond: measured / (last.at - first.at),
    latencySeconds: (last.latencySum - first.latencySum) / measured,
  };
}

/** Times are seconds since the first request. */
class ClosedLoop {
  readonly #setup: LoopSetup;
  readonly #requests = new RequestPool();
  readonly #server: TritonServer;
  /** When clients send; never descending, for answers leave in the order of their executions. */
  readonly #sends: number[];
  /** By answer: when it came, and the sum of latencies up to it. */
  readonly #answers: { readonly at: number; readonly latencySum: number }[] = [];
  #nextSend = 0;
  #frontEndFreeAt = 0;
  #latencySum = 0;

  constructor(setup: LoopSetup, clients: number) {
    const { service, instances } = setup;
    this.#setup = setup;
    this.#sends = Array.from({ length: clients }, (_, client) => client * START_GAP_SECONDS);
    const nothing = (): void => undefined;
    this.#server = new TritonServer({
      id: 0,
      readyAt: 0,
      models: [
        {
          scheduler: schedulerSettings({
            name: "measured",
            scheduler: { kind: "batcher", batching: batching(setup, instances) },
            service,
            traffic: [],
            requestBatch: [],
          }),
          times: new ExecutionTimes(service, randomStream(SEED, "service", 0)),
        },
      ],
      requests: this.#requests,
      outcomes: {
        executed: (_, payload) => this.#executed(payload),
        rejected: nothing,
        timedOut: nothing,
        failed: nothing,
      },
      missesWake: null,
    });
  }

  /** Runs until so many answers have come; returns the last of them. */
  answer(count: number): { readonly at: number; readonly latencySum: number } {
    const server = this.#server;
    while (this.#answers.length < count) {
      const send = this.#sends[this.#nextSend] ?? Number.POSITIVE_INFINITY;
      if (server.nextEventAt <= send) server.advance(server.nextEventAt);
      else {
        this.#nextSend += 1;
        server.accept(send, 1, { model: 0, row: 0 });
      }
    }
    return this.#answers[count - 1] ?? { at: 0, latencySum: 0 };
  }

  #executed({ requests, finishesAt }: Payload): void {
    const { service, frontEndSeconds } = this.#setup;
    const pool = this.#requests;
    for (let request = requests.shift(pool); request !== NONE; request = requests.shift(pool)) {
      this.#frontEndFreeAt = Math.max(this.#frontEndFreeAt, finishesAt) + frontEndSeconds;
      const at = this.#frontEndFreeAt + service.overheadSeconds;
      this.#latencySum += at - (pool.arrivedAt[request] ?? 0);
      this.#answers.push({ at, latencySum: this.#latencySum });
      this.#sends.push(at);
      pool.release(request);
    }
  }
}

/** Where every size is a preferred one, a batch is closed as soon as it is formed. */
function batching({ maxBatchSize, waitingBatchesGrow }: LoopSetup, instances: number) {
  return {
    maxBatchSize,
    instances,
    maxQueueDelaySeconds: 0,
    preferredBatchSizes: waitingBatchesGrow
      ? []
      : Array.from({ length: maxBatchSize }, (_, index) => index + 1),
    maxQueueSize: 0,
    queueTimeoutSeconds: 0,
    timeoutAction: "reject" as const,
  };
}
