// How much is read of a connection: all of one that is alone or among equals, little of one that floods the others.

import { describe, expect, test } from "vitest";

import { millis, seconds } from "../../../src/domain/units.ts";
import { FairShares, type Peer, type ShareLimits } from "../../../src/keda/fair-shares.ts";
import type { Reading } from "../../../src/keda/socket-reading.ts";
import { RECORD_AT } from "../../support/registry-builder.ts";
import { ScriptedTime } from "../../support/scripted-time.ts";

const LIMITS: ShareLimits = {
  callsPerSecond: 1_000,
  callsAtOnce: 500,
  timesOthers: 4,
  callsPerSecondBeyond: 100,
  callsPerTurn: 10,
  window: seconds(1),
};
const STEP = millis(10);

/** A connection whose network holds `waiting` calls; what is at hand is read in one go. */
class Connection implements Reading {
  readonly peer: Peer;
  isReading = true;
  isBlocked = false;
  waiting = 0;
  /** Calls that were read. */
  read = 0;
  readonly #held: (() => void)[] = [];

  constructor(port: number) {
    this.peer = { remoteAddress: "10.0.0.1", remotePort: port };
  }

  stop(): void {
    this.isReading = false;
  }

  start(): void {
    this.isReading = true;
  }

  onceWritten(run: () => void): void {
    if (this.isBlocked) this.#held.push(run);
    else run();
  }

  /** The peer has read its answers. */
  unblock(): void {
    this.isBlocked = false;
    for (const run of this.#held.splice(0)) run();
  }
}

class Rig {
  readonly time = new ScriptedTime(RECORD_AT);
  readonly slowed: string[] = [];
  readonly shares = new FairShares({
    limits: LIMITS,
    timers: this.time,
    slowed: (address) => void this.slowed.push(address),
  });
  readonly #connections: Connection[] = [];

  open(): Connection {
    const connection = new Connection(this.#connections.length + 1);
    this.#connections.push(connection);
    this.shares.enter(connection.peer, connection);
    return connection;
  }

  /** Each connection sends so many calls in each step, of which at most `atOnce` wait in the network. */
  async play(
    steps: number,
    sent: readonly (readonly [Connection, number])[],
    atOnce = Number.POSITIVE_INFINITY,
  ): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      for (const [connection, calls] of sent) {
        connection.waiting = Math.min(atOnce, connection.waiting + calls);
        if (connection.isReading) this.#read(connection);
      }
      await turnsOfTheLoop();
      this.time.advance(STEP);
    }
  }

  #read(connection: Connection): void {
    const nowMs = this.time.elapsedMs();
    for (; connection.waiting > 0; connection.waiting -= 1, connection.read += 1)
      this.shares.note(connection.peer, nowMs);
  }
}

/** More than a connection is held for after its last call. */
async function turnsOfTheLoop(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe("a connection", () => {
  test("that is alone is read as fast as it sends", async () => {
    const rig = new Rig();
    const flood = rig.open();
    await rig.play(200, [[flood, 200]]);
    expect([flood.read, rig.slowed]).toEqual([40_000, []]);
  });

  test("within its share is read as fast as it sends, however little others ask", async () => {
    const rig = new Rig();
    const [busy, quiet] = [rig.open(), rig.open()];
    await rig.play(200, [
      [busy, 10],
      [quiet, 1],
    ]);
    expect([busy.read, quiet.read, rig.slowed]).toEqual([2_000, 200, []]);
  });

  test("among some that ask as much is read as fast as it sends", async () => {
    const rig = new Rig();
    const all = [rig.open(), rig.open(), rig.open(), rig.open()];
    await rig.play(
      200,
      all.map((connection, index) => [connection, 50 + 40 * index]),
    );
    expect([all.map(({ read }) => read), rig.slowed]).toEqual([[10_000, 18_000, 26_000, 34_000], []]);
  });

  test.each([20, 100, 700])(
    "that floods another, %i calls at once, is read slowly, the other not",
    async (atOnce) => {
      const rig = new Rig();
      const [flood, other] = [rig.open(), rig.open()];
      const playSeconds = async (count: number): Promise<void> => {
        for (let tenth = 0; tenth < 10 * count; tenth += 1) {
          await rig.play(1, [[other, 1]]);
          await rig.play(9, [[flood, 200]], atOnce);
        }
      };
      await playSeconds(2);
      const before = flood.read;
      await playSeconds(10);
      // 100 calls a second, and what one go brings.
      expect(flood.read - before).toBeLessThanOrEqual(1_000 + atOnce);
      expect(flood.read - before).toBeGreaterThan(500);
      expect(other.read).toBe(120);
      expect(rig.slowed).toEqual(["10.0.0.1"]);
    },
  );
});

describe("a flood that is slowed", () => {
  async function flooded(): Promise<{ rig: Rig; flood: Connection; other: Connection }> {
    const rig = new Rig();
    const [flood, other] = [rig.open(), rig.open()];
    await rig.play(1, [[other, 1]]);
    await rig.play(1, [[flood, 600]]);
    return { rig, flood, other };
  }

  test("waits as long as what was beyond takes at the slower rate, then is read", async () => {
    const { rig, flood } = await flooded();
    expect(flood.isReading).toBe(false);
    rig.time.advance(millis(980));
    expect(flood.isReading).toBe(false);
    rig.time.advance(millis(10));
    expect(flood.isReading).toBe(true);
  });

  test("has all there is again once the other asks no more", async () => {
    const { rig, flood } = await flooded();
    rig.time.advance(seconds(3));
    await rig.play(100, [[flood, 200]]);
    expect(flood.read).toBe(20_600);
  });

  test("has all there is again once the other has gone", async () => {
    const { rig, flood, other } = await flooded();
    rig.shares.leave(other.peer);
    rig.time.advance(seconds(1));
    await rig.play(100, [[flood, 200]]);
    expect(flood.read).toBe(20_600);
  });

  test("is stopped again when somebody else begins to read, and what was read is made up for", async () => {
    const { rig, flood, other } = await flooded();
    flood.start();
    await rig.play(1, [
      [other, 1],
      [flood, 100],
    ]);
    expect([flood.read, flood.isReading]).toEqual([700, false]);
    await rig.play(99, [[other, 1]]);
    expect(flood.isReading).toBe(false);
    await rig.play(101, [[other, 1]]);
    expect(flood.isReading).toBe(true);
  });

  test("is not begun again once it has closed", async () => {
    const { rig, flood } = await flooded();
    rig.shares.leave(flood.peer);
    rig.time.advance(seconds(10));
    expect(flood.isReading).toBe(false);
  });
});

test("whose answers wait for its peer is not made to read", async () => {
  const rig = new Rig();
  const connection = rig.open();
  connection.isBlocked = true;
  await rig.play(2, [[connection, 10]]);
  expect([connection.read, connection.isReading]).toEqual([10, false]);
  connection.unblock();
  expect(connection.isReading).toBe(true);
});

test("a call from nowhere, as after its connection has closed, counts for nobody", () => {
  const rig = new Rig();
  const connection = rig.open();
  for (let call = 0; call < 100; call += 1) rig.shares.note({}, 0);
  expect(connection.isReading).toBe(true);
});
