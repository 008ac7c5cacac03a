// An open-loop client: requests leave at times drawn in advance, whether or not earlier ones were answered.

import { Agent, request as httpRequest } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

/** A stretch of Poisson traffic. */
export type Phase = { readonly seconds: number; readonly ratePerSecond: number };

/** One request: times in milliseconds since the Unix epoch; `finishedAt` null = no answer, or no success. */
export type Sent = {
  readonly replica: number;
  readonly sentAt: number;
  readonly finishedAt: number | null;
};

/** How long the way to a server and back took, for an answer that costs it nothing; times as in `Sent`. */
export type Pinged = { readonly sentAt: number; readonly finishedAt: number };

/** Every so many requests one ping goes along. */
const PING_EACH = 4;
const BODY = JSON.stringify({
  inputs: [{ name: "INPUT", shape: [1, 1], datatype: "FP32", data: [1] }],
});

/** Returns the offsets in milliseconds at which requests of these phases leave; equal seeds give equal offsets. */
export function drawArrivals(phases: readonly Phase[], seed: number): readonly number[] {
  const random = seededRandom(seed);
  const offsets: number[] = [];
  let begin = 0;
  for (const { seconds, ratePerSecond } of phases) {
    const end = begin + seconds * 1000;
    let next = begin - (Math.log(1 - random()) / ratePerSecond) * 1000;
    while (next < end) {
      offsets.push(next);
      next -= (Math.log(1 - random()) / ratePerSecond) * 1000;
    }
    begin = end;
  }
  return offsets;
}

/** Sends to the replicas in turn over kept connections; `log` grows as requests end. */
export class OpenLoopClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  readonly #ports: readonly number[];
  readonly #open = new Set<Promise<void>>();
  readonly #log: Sent[] = [];
  readonly #pings: Pinged[] = [];
  #count = 0;

  /** `ports` are the HTTP ports of the replicas. */
  constructor(ports: readonly number[]) {
    this.#ports = ports;
  }

  get log(): readonly Sent[] {
    return this.#log;
  }

  /** What the same way took meanwhile without a model at its end. */
  get pings(): readonly Pinged[] {
    return this.#pings;
  }

  /** Sends at `offsets` (ms, ascending) from now; resolves when the last one has left. */
  async play(offsets: readonly number[]): Promise<void> {
    const begin = performance.now();
    for (const offset of offsets) {
      const early = begin + offset - performance.now();
      if (early >= 1) await wait(early);
      this.#send();
    }
  }

  /** Resolves when every request was answered or failed. */
  async drained(): Promise<void> {
    await Promise.all(this.#open);
  }

  /** Drops all connections. */
  close(): void {
    this.#agent.destroy();
  }

  #send(): void {
    const replica = this.#count % this.#ports.length;
    this.#count += 1;
    const port = this.#ports[replica] ?? 0;
    const sentAt = preciseNow();
    this.#follow(this.#record(infer(this.#agent, port), { replica, sentAt }));
    if (this.#count % (PING_EACH * this.#ports.length) <= this.#ports.length) this.#follow(this.#ping(port));
  }

  #follow(done: Promise<void>): void {
    this.#open.add(done);
    void done.finally(() => this.#open.delete(done));
  }

  async #ping(port: number): Promise<void> {
    const sentAt = preciseNow();
    const isAlive = await answered(this.#agent, { port, method: "GET", path: "/v2/health/live" });
    if (isAlive) this.#pings.push({ sentAt, finishedAt: preciseNow() });
  }

  async #record(answered: Promise<boolean>, request: Omit<Sent, "finishedAt">): Promise<void> {
    const succeeded = await answered;
    this.#log.push({ ...request, finishedAt: succeeded ? preciseNow() : null });
  }
}

function infer(agent: Agent, port: number): Promise<boolean> {
  return answered(agent, { port, method: "POST", path: "/v2/models/embedder/infer" }, BODY);
}

/** Resolves with whether the answer came, whole and with status 200. */
function answered(
  agent: Agent,
  question: { readonly port: number; readonly method: string; readonly path: string },
  body = "",
): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const call = httpRequest({ agent, host: "127.0.0.1", headers, ...question }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.statusCode === 200));
      answer.once("error", () => resolve(false));
    });
    call.once("error", () => resolve(false));
    call.end(body);
  });
}

function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Mulberry32: small, and good enough to draw arrivals. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
