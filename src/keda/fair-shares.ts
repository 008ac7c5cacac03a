// No caller takes the time of the others: of a connection that asks far more than they do only a little is read. One
// that is alone, or one among equals, has all there is.

import { type Millis, millis, seconds } from "../domain/units.ts";
import type { Reading } from "./socket-reading.ts";
import type { Timers } from "./timers.ts";

export type ShareLimits = {
  /** Calls a second that any connection may ask, whatever the others do, and as many at once as `callsAtOnce`. */
  readonly callsPerSecond: number;
  readonly callsAtOnce: number;
  /** Beyond that it may ask so many times as much as the others do in the mean. */
  readonly timesOthers: number;
  /** What was read beyond both is made up for by a pause, as if it had been read at this rate. */
  readonly callsPerSecondBeyond: number;
  /** After so many calls of one connection come the others, also while nothing is beyond. */
  readonly callsPerTurn: number;
  /** What was asked in the present span of this length and in the last one is compared. */
  readonly window: Millis;
};

/**
 * KEDA has one connection for all its ScaledObjects: 300 calls a second for 1,000 policies, and a few thousand soon
 * after a restart, which are no flood. A call takes some 40 microseconds, and what the network holds of a connection
 * is read in one go, of a flood a hundred calls and more: at 400 a second others are held up less than 2 % of the time.
 */
export const SHARE_LIMITS: ShareLimits = {
  callsPerSecond: 4_000,
  callsAtOnce: 2_000,
  timesOthers: 4,
  callsPerSecondBeyond: 400,
  callsPerTurn: 32,
  window: seconds(1),
};

/** HTTP/2 begins to read by itself when a long write is through: within so many turns of the event loop, if the peer reads. */
const HOLDS = 8;

type Needs = {
  readonly limits: ShareLimits;
  readonly timers: Timers;
  /** Called with the address of a connection when it is slowed for the first time. */
  readonly slowed: (address: string) => void;
};

/** Where a connection comes from. */
export type Peer = { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined };

export class FairShares {
  readonly #needs: Needs;
  readonly #shares = new Map<string, Share>();

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** Begins to count for the connection from `peer`, which must leave when it has closed. */
  enter(peer: Peer, reading: Reading): void {
    this.#shares.set(keyOf(peer), new Share(this.#needs, { peer, reading, others: this.#shares }));
  }

  leave(peer: Peer): void {
    this.#shares.get(keyOf(peer))?.close();
    this.#shares.delete(keyOf(peer));
  }

  /** Counts a call from `peer`, as soon as it is known to be one. */
  note(peer: Peer, nowMs: number): void {
    this.#shares.get(keyOf(peer))?.note(nowMs);
  }
}

/** One connection: calls are counted one by one, all else is done once in `callsPerTurn` of them. */
class Share {
  readonly #needs: Needs;
  readonly #peer: Peer;
  readonly #reading: Reading;
  readonly #all: ReadonlyMap<string, Share>;
  readonly #windowMs: number;
  #window = 0;
  #asked = 0;
  #askedBefore = 0;
  #inTurn = 0;
  /** Calls that it may still ask at once. */
  #free: number;
  #freeAtMs: number;
  #isStopped = false;
  #holdsLeft = 0;
  #wasSlowed = false;
  #isClosed = false;

  constructor(
    needs: Needs,
    { peer, reading, others }: { peer: Peer; reading: Reading; others: ReadonlyMap<string, Share> },
  ) {
    this.#needs = needs;
    this.#peer = peer;
    this.#reading = reading;
    this.#all = others;
    this.#windowMs = needs.limits.window;
    this.#free = needs.limits.callsAtOnce;
    this.#freeAtMs = needs.timers.elapsedMs();
  }

  note(nowMs: number): void {
    this.#moveTo(nowMs);
    this.#asked += 1;
    this.#inTurn += 1;
    if (this.#inTurn % this.#needs.limits.callsPerTurn !== 0) return;
    this.#reading.stop();
    if (this.#isStopped) return this.#hold();
    this.#isStopped = true;
    setImmediate(() => this.#endTurn());
  }

  /** Calls of this window and the last. */
  askedLately(nowMs: number): number {
    this.#moveTo(nowMs);
    return this.#asked + this.#askedBefore;
  }

  close(): void {
    this.#isClosed = true;
  }

  #endTurn(): void {
    if (this.#isClosed) return;
    const { callsPerSecond, callsAtOnce, callsPerSecondBeyond } = this.#needs.limits;
    const nowMs = this.#needs.timers.elapsedMs();
    const gained = (Math.max(0, nowMs - this.#freeAtMs) * callsPerSecond) / 1000;
    const free = Math.min(callsAtOnce, this.#free + gained) - this.#inTurn;
    this.#inTurn = 0;
    this.#free = Math.max(0, free);
    this.#freeAtMs = nowMs;
    if (free >= 0 || !this.#isBeyond(nowMs)) return this.#goOn();
    this.#hold();
    const pause = millis((-free * 1000) / callsPerSecondBeyond);
    this.#freeAtMs = nowMs + pause;
    this.#needs.timers.start(pause, () => this.#goOn());
    if (!this.#wasSlowed) this.#needs.slowed(this.#peer.remoteAddress ?? "");
    this.#wasSlowed = true;
  }

  /** What is at hand was read and is being answered: only now does it help to stop what HTTP/2 begins again. */
  #hold(): void {
    const isHolding = this.#holdsLeft > 0;
    this.#holdsLeft = HOLDS;
    if (!isHolding) setImmediate(() => this.#stopAgain());
  }

  #stopAgain(): void {
    if (this.#isStopped && !this.#isClosed) this.#reading.stop();
    this.#holdsLeft = this.#isStopped && !this.#isClosed ? this.#holdsLeft - 1 : 0;
    if (this.#holdsLeft > 0) setImmediate(() => this.#stopAgain());
  }

  #goOn(): void {
    if (this.#isClosed) return;
    if (this.#inTurn >= this.#needs.limits.callsPerTurn) return this.#endTurn();
    this.#reading.onceWritten(() => {
      if (this.#isClosed) return;
      this.#isStopped = false;
      this.#reading.start();
    });
  }

  /** Whether others ask, and far less. */
  #isBeyond(nowMs: number): boolean {
    let others = 0;
    let calls = 0;
    for (const share of this.#all.values()) {
      const asked = share === this ? 0 : share.askedLately(nowMs);
      calls += asked;
      others += asked > 0 ? 1 : 0;
    }
    return others > 0 && this.askedLately(nowMs) > (this.#needs.limits.timesOthers * calls) / others;
  }

  #moveTo(nowMs: number): void {
    const window = Math.floor(nowMs / this.#windowMs);
    if (window === this.#window) return;
    this.#askedBefore = window === this.#window + 1 ? this.#asked : 0;
    this.#asked = 0;
    this.#window = window;
  }
}

function keyOf({ remoteAddress = "", remotePort = 0 }: Peer): string {
  return `${remoteAddress} ${remotePort}`;
}
