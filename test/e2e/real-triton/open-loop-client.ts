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
  #count = 0;

  /** `ports` are the HTTP ports of the replicas. */
  constructor(ports: readonly number[]) {
    this.#ports = ports;
  }

  get log(): readonly Sent[] {
    return this.#log;
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
    const sentAt = preciseNow();
    const done = this.#record(infer(this.#agent, this.#ports[replica] ?? 0), { replica, sentAt });
    this.#open.add(done);
    void done.finally(() => this.#open.delete(done));
  }

  async #record(answered: Promise<boolean>, request: Omit<Sent, "finishedAt">): Promise<void> {
    const succeeded = await answered;
    this.#log.push({ ...request, finishedAt: succeeded ? preciseNow() : null });
  }
}

function infer(agent: Agent, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const call = httpRequest(
      {
        agent,
        host: "127.0.0.1",
        port,
        method: "POST",
        path: "/v2/models/embedder/infer",
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(BODY) },
      },
      (answer) => {
        answer.resume();
        answer.once("end", () => resolve(answer.statusCode === 200));
        answer.once("error", () => resolve(false));
      },
    );
    call.once("error", () => resolve(false));
    call.end(BODY);
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
